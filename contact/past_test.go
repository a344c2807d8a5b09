package contact

import (
	"reflect"
	"testing"
	"time"
)

func TestPastWith(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC) }
	touch := func(n int, d Direction, m Medium) Touch {
		return Touch{ID: "t", At: day(n), Direction: d, Medium: m, Subject: "Hi", Alone: true, MessageID: "1@x"}
	}
	opened := touch(1, In, Email)
	answer := touch(2, Out, Email)
	answer.References = []string{"1@x"}
	group := touch(3, Out, Email)
	group.Alone = false
	var p Past
	for _, next := range []Touch{opened, answer, group, touch(4, Out, Call), touch(5, In, Card), touch(6, Out, Text)} {
		p = p.With(next)
	}
	last := touch(6, Out, Text)
	last.MessageID = ""
	want := Past{Last: last, LastOut: day(2), LastOwn: day(2), LastOwnSubject: "Hi", LastSign: day(5), FirstIn: day(1), FirstOut: day(2), FirstSpoken: day(4)}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
	if !(Past{}).With(opened).Opened || (Past{}).With(answer).Opened || p.Opened {
		t.Error("what opened a thread")
	}
}

func TestTwoWay(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC) }
	for _, x := range []struct {
		p    Past
		want time.Time
	}{
		{Past{}, time.Time{}},
		{Past{FirstIn: day(1)}, time.Time{}},
		{Past{FirstOut: day(1)}, time.Time{}},
		{Past{FirstIn: day(1), FirstOut: day(2)}, day(2)},
		{Past{FirstIn: day(3), FirstOut: day(2)}, day(3)},
		{Past{FirstIn: day(3), FirstSpoken: day(4)}, day(4)},
		{Past{FirstIn: day(3), FirstOut: day(2), FirstSpoken: day(4)}, day(3)},
		{Past{FirstIn: day(3), FirstOut: day(2), FirstSpoken: day(1)}, day(1)},
	} {
		if got := x.p.TwoWay(); !got.Equal(x.want) {
			t.Errorf("%+v: %v", x.p, got)
		}
	}
}
