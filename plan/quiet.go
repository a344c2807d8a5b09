package plan

import (
	"time"

	"regards/contact"
)

// Quiet says why nothing comes of an occasion at now though one like it asks for
// letters; "" when something does, or nothing ever would.
func Quiet(now time.Time, p Policy, o contact.Occasion) string {
	name := practiceOf(o.Kind)
	step, told := latest(o)
	at := step.At
	if !told {
		at = o.At
	}
	stale := now.Sub(at) > staleAfter
	switch {
	case name == "":
		return ""
	case !p.Practices[name].Enabled:
		return name + " is switched off in the configuration"
	case name == ThankYou && !o.Over(now):
		return "it was logged ahead of its time; when it took place: regards occasion edit " + o.ID + " --took-place"
	case name == JobLead && told && !TellsOf(o, step.Word):
		return "nobody is told that it came to nothing, as no application is known"
	case neverAgreed(o):
		return "nobody is told how it ended, as no yes of theirs is known"
	case name == Farewell && farewellPast(now, p, o):
		return "you left on " + dateOf(o.At, p.Location) + ", too long ago for a farewell"
	case (name == JobLead || name == Reference || name == Milestone) && stale:
		return "that was on " + dateOf(at, p.Location) + ", too long ago for a letter"
	}
	return ""
}

// practiceOf names the practice that an occasion of kind k asks for; "" for none.
func practiceOf(k contact.Kind) string {
	switch k {
	case contact.Milestone:
		return Milestone
	case contact.JobLead:
		return JobLead
	case contact.Reference:
		return Reference
	case contact.Farewell:
		return Farewell
	}
	if Thanked(k) {
		return ThankYou
	}
	return ""
}
