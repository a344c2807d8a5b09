package autostart

import "regards/dist"

// domain is where launchd keeps what runs while somebody is logged in, target regards in
// it.
func (m Manager) domain() string { return "gui/" + m.user }
func (m Manager) target() string { return m.domain() + "/" + taskName }

const agentAdvice = "; log in at the Mac itself, not by ssh, and try again"

// installAgent writes the property list and has launchd read it. Launchd goes on with an
// older one that it knows, so that is taken from it first, which takes a moment.
func (m Manager) installAgent(words []string) ([]Step, error) {
	text, err := dist.Agent(words)
	if err != nil {
		return nil, err
	}
	return []Step{
		{Write: m.File(), Text: []byte(text)},
		{Run: []string{"launchctl", "bootout", m.target()}, MayFail: true},
		{Run: []string{"launchctl", "print", m.target()}, UntilFails: true},
		{Run: []string{"launchctl", "enable", m.target()}, MayFail: true},
		{Run: []string{"launchctl", "bootstrap", m.domain(), m.File()}, Advice: agentAdvice},
	}, nil
}

func (m Manager) removeAgent() []Step {
	return []Step{
		{Run: []string{"launchctl", "bootout", m.target()}, MayFail: true},
		{Run: []string{"launchctl", "print", m.target()}, UntilFails: true},
		{Remove: m.File()},
	}
}
