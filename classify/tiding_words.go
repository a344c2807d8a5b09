package classify

// movedMail say that the writer has a new address for mail; movedPhrases also say so
// of an address that is named beside.
var (
	movedMail = foldAll(
		"my new email", "my new e-mail", "my new mail address", "a new email address", "a new e-mail address", "my email address has changed", "my e-mail address has changed", "my email has changed", "changed my email", "changed my e-mail", "new email address is", "new e-mail address is",
		"meine neue e-mail", "meine neue email", "meine neue mailadresse", "meine neue mail", "eine neue e-mail", "eine neue mailadresse", "eine neue emailadresse", "meine e-mail-adresse hat sich geändert", "meine mailadresse hat sich geändert",
		"mi nuevo correo", "mi nuevo email", "mi nuevo e-mail", "mi nueva dirección de correo", "un nuevo correo", "he cambiado de correo", "mi correo ha cambiado",
		"mon nouvel e-mail", "mon nouvel email", "ma nouvelle adresse mail", "ma nouvelle adresse e-mail", "ma nouvelle adresse électronique", "mon adresse mail a changé", "mon adresse e-mail a changé", "changé d'adresse mail", "changé d'adresse e-mail",
		"la mia nuova mail", "la mia nuova e-mail", "la mia nuova email", "il mio nuovo indirizzo e-mail", "il mio nuovo indirizzo email", "ho cambiato e-mail", "ho cambiato indirizzo",
		"meu novo e-mail", "meu novo email", "meu novo correio", "mudei de e-mail", "mudei de email", "o meu novo endereço de e-mail",
		"mijn nieuwe e-mail", "mijn nieuwe email", "mijn nieuwe mailadres", "mijn nieuwe e-mailadres", "mijn nieuwe emailadres", "een nieuw e-mailadres", "een nieuw mailadres")
	movedPhrases = append(foldAll(
		"my new address", "a new address", "my address has changed", "please use my new", "use this address from now on", "from now on you can reach me", "from now on please use", "from now on, please use", "please update my contact", "you can now reach me", "reach me at my new", "i can now be reached", "i can be reached now",
		"meine neue adresse", "eine neue adresse", "ab sofort erreichen sie mich", "ab sofort erreichst du mich", "ab sofort bin ich unter", "sie erreichen mich ab sofort", "du erreichst mich ab sofort", "sie erreichen mich künftig", "sie erreichen mich jetzt unter", "du erreichst mich jetzt unter", "ich bin ab sofort unter", "künftig erreichen sie mich",
		"mi nueva dirección", "a partir de ahora me", "a partir de ahora pueden escribirme", "a partir de ahora puedes escribirme", "ahora pueden localizarme", "ma nouvelle adresse", "mon adresse a changé", "vous pouvez désormais me", "désormais vous pouvez me", "tu peux désormais me", "changé d'adresse",
		"il mio nuovo indirizzo", "d'ora in poi scrivetemi", "d'ora in poi potete", "d'ora in poi puoi", "o meu novo endereço", "meu novo endereço", "a partir de agora, escreva", "a partir de agora escreva", "mijn nieuwe adres", "ben ik voortaan bereikbaar", "voortaan bereikbaar op", "vanaf nu bereikbaar"), movedMail...)
)

// fromNowOn are words of a change that lasts.
var fromNowOn = foldAll("from now on", "from today on", "in future", "in the future", "henceforth", "künftig", "ab sofort", "ab jetzt", "in zukunft", "zukünftig", "désormais", "dorénavant", "à partir de maintenant", "a partir de ahora", "en adelante", "en lo sucesivo", "d'ora in poi", "d'ora in avanti", "a partir de agora", "doravante", "voortaan", "vanaf nu")

// leftPhrases say of another, and iLeftPhrases of the writer, that a place is left.
var (
	leftPhrases = foldAll(
		"no longer works here", "no longer works at", "no longer works with us", "no longer works for us", "no longer works in this", "no longer working at", "no longer working for", "no longer working with us", "does not work here anymore", "doesn't work here anymore", "doesn't work here any more", "no longer employed", "is no longer with", "is no longer at", "are no longer with", "no longer a member of", "no longer part of our",
		"has left the company", "has left the organization", "has left the organisation", "has left the firm", "has left the university", "has left the institute", "has left the department", "has left the team", "has left us", "has left our", "left the company", "have left the company", "has retired", "no longer an employee",
		"arbeitet nicht mehr bei", "arbeitet nicht mehr hier", "arbeitet nicht mehr für", "arbeitet nicht mehr in", "arbeitet nicht mehr am", "arbeitet nicht länger bei", "ist nicht mehr bei uns", "ist nicht mehr im unternehmen", "nicht mehr in unserem", "nicht mehr für uns tätig", "nicht mehr bei der firma", "nicht mehr für unser unternehmen", "hat das unternehmen verlassen", "hat die firma verlassen", "unser haus verlassen", "unser unternehmen verlassen", "aus dem unternehmen ausgeschieden", "nicht mehr beschäftigt", "in den ruhestand",
		"ne travaille plus chez", "ne travaille plus ici", "ne travaille plus pour", "ne travaille plus à", "ne travaille plus au", "ne travaille plus dans", "ne travaille plus avec", "n'est plus employé", "n'est plus employée", "a quitté l'entreprise", "a quitté la société", "a quitté notre", "a quitté nos", "a quitté ses fonctions", "ne fait plus partie",
		"ya no trabaja aquí", "ya no trabaja en", "ya no trabaja con", "ya no trabaja para", "ha dejado la empresa", "ha dejado de trabajar", "dejó de trabajar", "ya no forma parte", "ya no está en la empresa", "ya no pertenece",
		"non lavora più qui", "non lavora più in", "non lavora più con", "non lavora più per", "non lavora più da", "non lavora più presso", "non fa più parte", "ha lasciato l'azienda", "ha lasciato la società", "já não trabalha aqui", "já não trabalha na", "já não trabalha no", "já não trabalha connosco", "não trabalha mais aqui", "não trabalha mais na", "não trabalha mais no", "não trabalha mais conosco", "deixou a empresa", "já não faz parte", "não faz mais parte",
		"werkt niet meer bij", "werkt niet meer hier", "werkt niet meer voor", "werkt niet langer bij", "werkt niet langer voor", "niet langer werkzaam", "niet meer werkzaam", "heeft het bedrijf verlaten", "heeft de organisatie verlaten", "niet meer in dienst")
	iLeftPhrases = foldAll(
		"i no longer work at", "i no longer work for", "i no longer work here", "i no longer work in this", "i do not work here anymore", "i don't work at", "i have left the company", "i've left the company", "i left the company", "i have left the university", "i've left the university", "i have left the firm", "i've left the firm", "i have left the organization", "i have left the organisation", "i have left my position", "i've left my position", "i left my position", "i have left my job", "i've left my job", "i have left my post", "i have left the institute", "i am no longer with", "i'm no longer with", "i am no longer at", "i'm no longer at", "i am no longer employed", "i'm no longer employed", "i am no longer working at", "i am no longer working for", "i'm no longer working for", "i have retired", "i've retired", "i am now retired",
		"ich arbeite nicht mehr bei", "ich arbeite nicht mehr für", "ich arbeite nicht mehr hier", "ich bin nicht mehr bei", "ich bin nicht mehr für die", "ich habe das unternehmen verlassen", "ich habe die firma verlassen", "ich habe die universität verlassen", "ich bin aus dem unternehmen ausgeschieden", "ich bin in den ruhestand", "ich bin im ruhestand", "habe ich das unternehmen verlassen", "arbeite ich nicht mehr",
		"je ne travaille plus chez", "je ne travaille plus à", "je ne travaille plus au", "je ne travaille plus pour", "je ne travaille plus dans", "je ne travaille plus ici", "j'ai quitté l'entreprise", "j'ai quitté la société", "j'ai quitté mon poste", "j'ai quitté mes fonctions", "je ne fais plus partie", "je suis à la retraite",
		"ya no trabajo en", "ya no trabajo aquí", "ya no trabajo con", "ya no trabajo para", "he dejado la empresa", "he dejado de trabajar", "dejé la empresa", "ya no formo parte", "non lavoro più in", "non lavoro più per", "non lavoro più da", "non lavoro più presso", "non lavoro più qui", "ho lasciato l'azienda", "não trabalho mais na", "não trabalho mais no", "não trabalho mais aqui", "já não trabalho na", "já não trabalho no", "já não trabalho aqui", "deixei a empresa", "saí da empresa", "ik werk niet meer bij", "ik werk niet langer bij", "ik ben niet meer werkzaam", "ik heb het bedrijf verlaten")
)

// diedPhrases say that somebody has died.
var diedPhrases = foldAll(
	"has passed away", "passed away", "has died", "died suddenly", "died unexpectedly", "died peacefully", "died last", "died yesterday", "died this", "died on", "is deceased",
	"ist verstorben", "verstarb", "ist gestorben", "ist verschieden", "ist von uns gegangen", "est décédé", "est décédée", "est mort", "est morte", "nous a quittés", "s'est éteint", "s'est éteinte",
	"ha fallecido", "falleció", "nos ha dejado para siempre", "ha muerto", "è deceduto", "è deceduta", "è mancato", "è mancata", "è venuto a mancare", "è venuta a mancare", "è morto", "è morta", "è scomparso", "è scomparsa",
	"faleceu", "morreu", "is overleden", "overleed", "is gestorven")

// stopPhrases ask for no more mail.
var stopPhrases = foldAll(
	"stop writing to me", "stop writing me", "stop emailing me", "stop e-mailing me", "stop mailing me", "stop contacting me", "stop sending me emails", "stop sending me e-mails", "stop sending me mail", "stop sending me messages", "stop sending me these", "do not contact me again", "don't contact me again", "do not contact me any more", "do not contact me anymore", "don't contact me anymore", "never contact me again", "do not write to me again", "don't write to me again", "do not write to me any more", "do not write to me anymore", "don't write to me anymore", "do not email me again", "don't email me again", "do not e-mail me again", "do not email me anymore", "don't email me anymore", "don't send me any more", "do not send me any more", "no longer wish to receive", "no longer want to receive", "do not wish to receive any", "no more emails please", "no more mails please", "please leave me alone",
	"remove me from your list", "remove me from your mailing", "remove me from your email", "remove me from your e-mail", "remove me from your contacts", "remove me from your contact list", "remove me from your distribution", "remove me from your database", "remove me from the mailing list", "remove me from this list", "remove me from this mailing list", "remove my address from", "remove my email from", "take me off your list", "take me off your mailing", "take me off this list", "take me off the list", "please unsubscribe me", "unsubscribe me from",
	"schreiben sie mir nicht mehr", "schreiben sie mir bitte nicht mehr", "schreib mir nicht mehr", "schreib mir bitte nicht mehr", "kontaktieren sie mich nicht mehr", "kontaktieren sie mich bitte nicht mehr", "kontaktiere mich nicht mehr", "keine weiteren e-mails mehr", "keine e-mails mehr", "keine mails mehr", "keine weiteren mails", "aus ihrem verteiler", "von ihrem verteiler", "aus deinem verteiler", "von ihrer liste", "lassen sie mich in ruhe", "lass mich in ruhe", "nicht mehr anzuschreiben", "nicht mehr zu kontaktieren",
	"ne m'écrivez plus", "ne m'écris plus", "ne plus m'écrire", "ne me contactez plus", "ne plus me contacter", "ne m'envoyez plus", "cessez de m'écrire", "cessez de me contacter", "arrêtez de m'écrire", "arrête de m'écrire", "arrêtez de me contacter", "arrêtez de m'envoyer", "retirez-moi de votre liste", "retirez-moi de vos", "enlevez-moi de votre", "désinscrivez-moi", "me retirer de votre liste", "laissez-moi tranquille",
	"no me escribas más", "no me escriba más", "no me escriban más", "no me contacte más", "no me contactes más", "no me contacten más", "no me vuelvas a escribir", "no me vuelva a escribir", "no vuelvas a escribirme", "no vuelva a escribirme", "deja de escribirme", "deje de escribirme", "dejen de escribirme", "deje de contactarme", "deja de contactarme", "no me envíe más", "no me envíen más", "no me mande más", "elimíneme de su lista", "elimínenme de su lista", "bórreme de su lista", "bórrame de tu lista", "quíteme de su lista", "darme de baja", "dadme de baja", "denme de baja",
	"non mi scriva più", "non scrivermi più", "non scrivetemi più", "non mi contatti più", "non contattarmi più", "non contattatemi più", "smetta di scrivermi", "smettila di scrivermi", "smettete di scrivermi", "mi tolga dalla", "toglietemi dalla", "cancellatemi dalla",
	"não me escreva mais", "não me escrevam mais", "não me contacte mais", "não me contate mais", "pare de me escrever", "parem de me escrever", "pare de me enviar", "retire-me da", "remova-me da", "não me envie mais",
	"schrijf mij niet meer", "schrijf me niet meer", "mail mij niet meer", "mail me niet meer", "stop met mij te mailen", "stop met mailen naar mij", "neem geen contact meer met mij op", "geen e-mails meer", "geen mails meer", "haal mij van uw lijst", "haal me van de lijst", "verwijder mij uit uw", "verwijder mij van uw")

// denials before a phrase turn it round, and reports put it into another's mouth.
var (
	denials = foldAll("don't", "do not", "never", "can't", "cannot", "couldn't", "won't", "didn't", "did not", "not ask", "why", "did i", "if", "nicht", "warum", "wenn", "nunca", "jamais", "unless", "until i", "before you")
	reports = foldAll("told", "said", "says", "asked him", "asked her", "asked you if", "sagte", "meinte", "dijo", "a dit", "\"", "“", "„", "«")
)

// conditions begin sentences that say what might be.
var conditions = foldAll("if", "when", "wenn", "falls", "sollte", "si", "s'il", "cuando", "quand", "se", "quando", "als", "indien", "wanneer", "unless", "in case", "whether")

// preambles are the words with which such news begin.
var preambles = foldAll("inform you that", "to tell you that", "to report that", "to announce that", "let you know that", "to say that", "share that", "know that", "the news that", "mitteilen, dass", "mitteilen dass", "informieren, dass", "vous informer que", "vous annoncer que", "informarle que", "informarles que", "informarte que", "comunicarle que", "comunicarles que", "comunicarti que", "informarla che", "comunicarle che", "informarvi che", "informar que", "comunicar que", "mededelen dat", "te delen dat")

// thirdPersons may stand for a contact.
var thirdPersons = foldWords("he she they er sie il elle él ella lui lei egli ele ela hij zij ze")

// titleWords stand before names, in small letters too.
var titleWords = foldWords("prof professor professorin doctor doktor dr mr mrs ms miss mx sir dame herr frau monsieur madame mme m mlle señor señora sr sra don doña signor signora sig dott dottor dottoressa ing dhr mevrouw meneer senhor senhora dra profesor profesora professeur professore professoressa our-colleague")

// articles begin what is no name.
var articles = foldWords("the a an this that these those it which what who someone somebody nobody everyone everybody one there der die das ein eine es dies dieser le la les un une ce cela ça el los las una esto eso lo il gli questo o os as um uma isso het een dit dat my our your his her their mein meine unser unsere mon ma mes notre mi mis nuestro nuestra mio mia meu minha mijn onze")

// notSubjects are capitalised, and no part of a name.
var notSubjects = foldWords("i we you and but so because since after before as ich wir und aber da nachdem je nous et mais yo y pero io e ma eu mas ik en maar today yesterday sadly unfortunately monday tuesday wednesday thursday friday saturday sunday windows outlook office zoom skype teams server printer")

// families are people, and animals, of whose death one speaks to a contact.
var families = foldWords(`father mother dad mom mum grandmother grandfather grandma grandpa granny parent parents son daughter brother sister husband wife uncle aunt cousin nephew niece family in-law father-in-law mother-in-law stepfather stepmother partner fiancé fiancée baby child dog cat pet horse
	vater mutter papa mama oma opa großmutter großvater eltern sohn tochter bruder schwester ehemann ehefrau onkel tante cousine neffe nichte familie schwiegervater schwiegermutter hund katze kater kind großeltern
	père mère grand-mère grand-père mamie papi fils fille frère sœur soeur mari femme épouse oncle neveu nièce famille chien chat beau-père belle-mère parents maman
	padre madre abuela abuelo hijo hija hermano hermana marido esposo esposa mujer tío tía primo prima sobrino familia perro gato suegro suegra papá mamá
	nonna nonno figlio figlia fratello sorella marito moglie zio zia cugino famiglia cane gatto suocero suocera babbo
	pai mãe avó avô filho filha irmão irmã tio tia família cachorro cão sogro sogra
	vader moeder zoon dochter broer zus man vrouw oom neef hond kat schoonvader schoonmoeder grootmoeder grootvader`)
