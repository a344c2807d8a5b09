#!/bin/sh
# Makes the pictures of the README anew, from what the program itself prints: the demo,
# and a digest of the demo's world the week after. Needs Go, curl and Chromium.
#
#     sh docs/images/make.sh
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
demo=
trap '[ -z "$demo" ] || kill "$demo"; rm -rf "$work"' EXIT

# The demo, which keeps its servers up at the end.
go build -o "$work/regards" ./cmd/regards
: >"$work/said"
"$work/regards" demo --serve >"$work/said" &
demo=$!
until grep -q 'Ctrl-C ends them' "$work/said"; do
	kill -0 "$demo" && sleep 1
done
config=$(sed -n 's/.*--config \(.*\)\. Ctrl-C.*/\1/p' "$work/said")
imap=$(sed -n 's/.*IMAP \([^ ]*\) port \([0-9]*\),.*/\1:\2/p' "$work/said")
login=$(sed -n 's/.*user \([^ ]*\), password \(.*\)$/\1:\2/p' "$work/said")
begun=$(sed -n 's/^logged informational .*, \([0-9-]*\) [0-9:]*$/\1/p' "$work/said")

# Six days later answers to Ana's news have come, and she has been at a conference.
later=$(date -u -d "$begun 6 days 8:00" +%FT%TZ)
regards() { "$work/regards" --config "$config" --log-level warn --now "$later" "$@" >/dev/null; }
receive() { # name, address, subject, days ago
	date=$(date -u -R -d "$later $4 days ago")
	printf 'From: %s <%s>\r\nTo: ana@example.org\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n\r\nDear Ana, and how did it come about?\r\n' \
		"$1" "$2" "$3" "$date" "$4.$2" >"$work/mail"
	curl -sS -T "$work/mail" --user "$login" "imap://$imap/INBOX"
}
receive 'Jean-Luc Moreau' jl.moreau@edu.example 'Re: Some news from me' 2
receive 'Aisha Rahman' aisha@rahman.example 'Coffee next week?' 4
regards contact add 'Nadia Petrov' nadia@reef.example --every 30d
regards touch add 'Nadia Petrov' --medium call --subject 'her new lab' --at "$(date -u -d "$later 26 days ago" +%F)"
regards log event 'Eve Doe <eve@reef.example>' --title 'Reef conference' --at yesterday
regards run --once
"$work/regards" --config "$config" --now "$later" digest --html >"$work/digest.html"

# The demo's output as a terminal shows it: two scenes of it.
{
	printf '<!DOCTYPE html><meta charset="utf-8"><title>regards demo</title>'
	printf '<body style="margin:0;padding:20px;background:#1c1f26;color:#d7dae0;font:14px/1.4 monospace"><pre style="margin:0;font:inherit;white-space:pre-wrap">'
	printf '<b style="color:#8fd18f">$ go run ./cmd/regards demo</b>\n…\n\n'
	{
		sed -n '/^$ regards contact list/,/^Now regards runs/p' "$work/said" | sed '$d'
		printf '…\n\n'
		sed -n '/^Ana has talked with Maria/,/^Ana adds a line/p' "$work/said" | sed '$d'
		printf '…\n'
	} | sed 's/&/\&amp;/g; s/</\&lt;/g; s/^\$ .*/<b style="color:#8fd18f">&<\/b>/'
	printf '</pre>'
} >"$work/demo.html"

picture() { # name, width, height
	chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$work/chromium" \
		--window-size="$2,$3" --screenshot="docs/images/$1.png" "file://$work/$1.html" 2>/dev/null
}
picture demo 960 810
picture digest 660 730
ls -l docs/images
