package plan

import "testing"

func TestGuess(t *testing.T) {
	for addr, want := range map[string]string{
		"m@mit.edu": "university", "m@cs.unam.edu.mx": "university", "m@st-andrews.ac.uk": "university", "m@uni-bonn.de": "university",
		"m@cs.univ-lyon1.fr": "university", "m@tu-berlin.de": "university", "m@tu-it.example": "", "m@student.x.example": "university",
		"m@inf.ethz.ch": "university", "m@uni.example": "university", "m@unilever.com": "", "m@education.example": "", "m@edu.example": "",
		"m@alumni.stanford.edu": "alumni", "m@alum.mit.edu": "alumni",
		"m@work.example": "colleague", "m@sales.work.example": "colleague", "m@network.example": "", "m@home.example": "",
		"luis@gmail.com": "family", "luis@gmx.de": "family", "luis@yahoo.co.uk": "family", "luis@outlook.firm.example": "", "luis@firm.example": "",
		"m@gmail.com": "", "m@x.example": "",
	} {
		s := Stranger{Name: "Maria Lopez", Address: addr}
		if addr[0] == 'l' {
			s.Name = "Luis Diaz"
		}
		if got := ana.guess(s); got != want {
			t.Errorf("%s: %q, want %q", addr, got, want)
		}
	}
	for name, x := range map[string]struct {
		owner Self
		s     Stranger
		want  string
	}{
		"a private address that is not named": {Self{Addresses: []string{"a@home.example"}}, Stranger{Address: "m@home.example"}, "colleague"},
		"all at one provider":                 {Self{Addresses: []string{"a@gmail.com"}}, Stranger{Address: "m@gmail.com"}, ""},
		"a name that millions have":           {Self{Name: "Li Wang"}, Stranger{Name: "Ming Wang", Address: "m@qq.com"}, ""},
		"no family name":                      {Self{Name: "Ana"}, Stranger{Name: "Ana", Address: "m@gmail.com"}, ""},
		"by another address":                  {Self{}, Stranger{Address: "m@gmail.com", Others: []string{"m@mit.edu"}}, "university"},
		"nobody":                              {Self{Addresses: []string{""}}, Stranger{Address: "m"}, ""},
	} {
		if got := x.owner.guess(x.s); got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}
