package mailsim

import "testing"

func TestContentsAndEmpty(t *testing.T) {
	s, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, mailbox := range []string{"Drafts", "Drafts", "Sent"} {
		if _, err := s.Append(mailbox, Message{Raw: []byte("Subject: x\n\nx\n")}); err != nil {
			t.Fatal(err)
		}
	}
	count := func() [3]int {
		t.Helper()
		all, err := s.Contents("Drafts", "Sent", "Nowhere")
		if err != nil {
			t.Fatal(err)
		}
		return [3]int{len(all["Drafts"]), len(all["Sent"]), len(all["Nowhere"])}
	}
	if got := count(); got != [3]int{2, 1, 0} {
		t.Errorf("got %v", got)
	}
	if err := s.Empty("Drafts", "Nowhere"); err != nil {
		t.Fatal(err)
	}
	if got := count(); got != [3]int{0, 1, 0} {
		t.Errorf("emptied: %v", got)
	}
}
