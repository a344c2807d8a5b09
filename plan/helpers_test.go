package plan

import "testing"

// testPolicy has every practice and the caps that are the default.
func testPolicy(t testing.TB) Policy {
	p := policy(t)
	p.Practices[KeepInTouch] = Practice{Enabled: true}
	p.Practices[FollowUp] = Practice{Enabled: true, Within: length(t, "2d")}
	p.Practices[CloseTheLoop] = Practice{Enabled: true}
	p.Cadences = []Cadence{{Group: "mentor", Every: length(t, "60d"), Latest: length(t, "90d")},
		{Group: "colleague", Every: length(t, "3mo")}, {Group: "alumni", Every: length(t, "6mo")}}
	p.PerContactDays, p.DailyCap, p.OpenHellos, p.Dormant = 7, 10, 3, length(t, "2y")
	return p
}
