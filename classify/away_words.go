package classify

import "strings"

// months holds the names of the months, from January on: a comma between months, a
// space between the forms of one. Of Slavic and Finnish months the cases that dates take.
var months = []string{
	"jan january,feb february,mar march,apr april,may,jun june,jul july,aug august,sep sept september,oct october,nov november,dec december",
	"januar janner jaenner jänner,februar feber,märz maerz mrz,april,mai,juni,juli,august,september,oktober okt,november,dezember dez",
	"janvier janv,février févr fév,mars,avril avr,mai,juin,juillet juil,août,septembre,octobre,novembre,décembre déc",
	"enero ene,febrero,marzo,abril abr,mayo,junio,julio,agosto,septiembre setiembre,octubre,noviembre,diciembre dic",
	"gennaio gen,febbraio,marzo,aprile,maggio mag,giugno giu,luglio lug,agosto,settembre sett,ottobre ott,novembre,dicembre",
	"janeiro,fevereiro fev,março,abril,maio,junho,julho,agosto,setembro,outubro,novembro,dezembro",
	"januari,februari,maart mrt,april,mei,juni,juli,augustus,september,oktober,november,december",
	"januari,februari,mars,april,maj,juni,juli,augusti,september,oktober,november,december",
	"januar,februar,marts,april,maj,juni,juli,august,september,oktober,november,december",
	"januar,februar,mars,april,mai,juni,juli,august,september,oktober,november,desember des",
	"tammikuuta tammikuun,helmikuuta helmikuun,maaliskuuta maaliskuun,huhtikuuta huhtikuun,toukokuuta toukokuun,kesäkuuta kesäkuun,heinäkuuta heinäkuun,elokuuta elokuun,syyskuuta syyskuun,lokakuuta lokakuun,marraskuuta marraskuun,joulukuuta joulukuun",
	"stycznia,lutego,marca,kwietnia,maja,czerwca,lipca,sierpnia,września,października,listopada,grudnia",
	"ledna,února,března,dubna,května,června,července,srpna,září,října,listopadu,prosince",
	"января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,ноября,декабря",
	"січня,лютого,березня,квітня,травня,червня,липня,серпня,вересня,жовтня,листопада,грудня",
	"ocak,şubat,mart,nisan,mayıs,haziran,temmuz,ağustos,eylül,ekim,kasım,aralık",
	"január,február,március,április,május,június,július,augusztus,szeptember,október,november,december",
	"ianuarie,februarie,martie,aprilie,mai,iunie,iulie,august,septembrie,octombrie,noiembrie,decembrie",
	"ιανουαρίου,φεβρουαρίου,μαρτίου,απριλίου,μαΐου,ιουνίου,ιουλίου,αυγούστου,σεπτεμβρίου,οκτωβρίου,νοεμβρίου,δεκεμβρίου",
}

// weekdays holds the names of the days, from Sunday on, likewise.
var weekdays = []string{
	"sunday sun,monday mon,tuesday tue tues,wednesday wed,thursday thu thurs,friday fri,saturday sat",
	"sonntag,montag,dienstag,mittwoch,donnerstag,freitag,samstag sonnabend",
	"dimanche,lundi,mardi,mercredi,jeudi,vendredi,samedi",
	"domingo,lunes,martes,miércoles,jueves,viernes,sábado",
	"domenica,lunedì,martedì,mercoledì,giovedì,venerdì,sabato",
	"domingo,segunda,terça,quarta,quinta,sexta,sábado",
	"zondag,maandag,dinsdag,woensdag,donderdag,vrijdag,zaterdag",
	"söndag,måndag,tisdag,onsdag,torsdag,fredag,lördag",
	"søndag,mandag,tirsdag,onsdag,torsdag,fredag,lørdag",
	"sunnuntaina sunnuntaihin,maanantaina maanantaihin,tiistaina tiistaihin,keskiviikkona keskiviikkoon,torstaina torstaihin,perjantaina perjantaihin,lauantaina lauantaihin",
	"niedzielę niedzieli,poniedziałek poniedziałku,wtorek wtorku,środę środy,czwartek czwartku,piątek piątku,sobotę soboty",
	"neděli neděle,pondělí,úterý,středu středy,čtvrtek čtvrtka,pátek pátku,sobotu soboty",
	"воскресенье воскресенья,понедельник понедельника,вторник вторника,среду среды,четверг четверга,пятницу пятницы,субботу субботы",
}

// numbered maps the words of a table to their place in it, counted from first.
func numbered(table []string, first int) map[string]int {
	m := make(map[string]int)
	for _, language := range table {
		for i, forms := range strings.Split(language, ",") {
			for _, word := range strings.Fields(forms) {
				m[fold(word)] = i + first
			}
		}
	}
	return m
}

var (
	monthNumbers   = numbered(months, 1)
	weekdayNumbers = numbered(weekdays, 0)
)

// cue is what a word says of a date near it.
type cue int

const (
	noCue   cue = iota
	isBack      // the day of the return: "back", "zurück"
	isUntil     // the last day, where it stands before the date: "until", "bis"
	isAfter     // likewise, behind the date: "まで", "asti"
	isStart     // the first day: "from", "seit"
	isLink      // between the ends of a range, or two statements: "to", "-", "and"
	isFree      // "available", which with a first day is a return
	isFill      // what may stand between a cue and its date
)

// cueWords says what words mean for a date; no word stands twice.
var cueWords = []struct {
	cue   cue
	words string
}{
	{isFree, `available reachable erreichbar joignable disponible raggiungibile disponibile disponível bereikbaar nåbar dostępny dostępna доступен доступна`},
	{isBack, `back reopen reopens reopening return returning returns returned resume resuming again
		zurück zurueck zurückkehren zurückkehre wieder rückkehr zurückkomme
		retour reviens reviendrai revenir rentre rentrerai reprendrai reprends reprise nouveau
		vuelvo vuelta volveré volver regreso regresaré regresar reincorporo reincorporaré reincorporación incorporaré nuevamente
		torno tornerò ritorno ritornerò rientro rientrerò rientrare nuovamente
		volto volta voltarei regresso regressarei retorno retornarei novamente
		terug weer terugkomst tillbaka åter återkommer tilbage tilbake igen igjen retur
		palaan takaisin paluu jälleen wracam wrócę powrotu powrót powrocie ponownie zpět vrátím vracím návrat opět
		вернусь возвращаюсь возвращения выйду снова повернуся
		döneceğim dönüş döneceğiz vissza revin întorc επιστρέψω επιστρέφω 返 回 恢 复 戻 復 복 出社 再開 上班`},
	{isUntil, `until till til untill through thru bis jusqu jusque hasta fino sino até tot indtil inntil tm tom do до по πως έως μέχρι până 至 到`},
	{isAfter, `まで 迄 asti saakka kadar ig 까지`},
	{isStart, `from since starting beginning ab seit vom von du dès depuis partir desde del dal dall vanaf från fra od с start`},
	{isLink, `- ~ / to and und et y e al au à ao aos och og ja i`},
	{isFill, `the on about around approximately approx ca circa including incl inclusive inclusief inclus at least next this coming of by
		den dem der am zum le el il lo la em op dag dne dnia dia d eod tarihine w we feira med met en o einschließlich inkl voraussichtlich
		prossimo próximo prochain nächsten nächster kommenden komende følgende följande lunes ' , . : (`},
}

var cueOf = func() map[string]cue {
	m := make(map[string]cue)
	for _, c := range cueWords {
		for _, w := range strings.Fields(c.words) {
			m[fold(w)] = c.cue
		}
	}
	return m
}()

// tomorrows name the day after the message's.
var tomorrows = numbered([]string{"tomorrow morgen demain mañana domani amanhã imorgon imorgen huomenna jutro zítra завтра yarın"}, 1)

// ordinals may stand between a day and its month.
var ordinals = numbered([]string{"st nd rd th er ier º ª ° o a e os de of d den ste te di"}, 1)
