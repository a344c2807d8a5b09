package autostart

import (
	"path/filepath"

	"regards/dist"
)

// installTask makes the task, or replaces it, and starts it.
func (m Manager) installTask(words []string) ([]Step, error) {
	text, err := dist.Task(words, m.user)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(m.temp, "regards-task.xml")
	return []Step{
		{Write: file, Text: text},
		{Run: []string{"schtasks", "/end", "/tn", taskName}, MayFail: true},
		{Run: []string{"schtasks", "/create", "/tn", taskName, "/xml", file, "/f"}},
		{Remove: file},
		{Run: []string{"schtasks", "/run", "/tn", taskName}},
	}, nil
}

func removeTask() []Step {
	return []Step{
		{Run: []string{"schtasks", "/end", "/tn", taskName}, MayFail: true},
		{Run: []string{"schtasks", "/delete", "/tn", taskName, "/f"}},
	}
}
