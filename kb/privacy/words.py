"""The words the privacy guard looks for, in English and Spanish. Pure."""


def _set(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


ONE_PERSON = _set(
    "student pupil learner child kid boy girl son daughter freshman sophomore teen teenager toddler kindergartner",
    "grader stepson stepdaughter grandson granddaughter niece nephew estudiante alumno alumna niño niña chico",
    "chica hijo hija muchacho muchacha nieto nieta sobrino sobrina",
)
PEOPLE = _set(
    "students pupils learners children kids boys girls sons daughters freshmen sophomores juniors seniors graders",
    "teens teenagers kindergartners estudiantes alumnos alumnas niños niñas chicos chicas hijos hijas muchachos",
    "muchachas",
)
PRONOUNS = _set("he she him her his hers él ella")
A_CERTAIN = _set(
    "a an one my our this that the another his her only single un una mi nuestro nuestra este esta ese esa el la",
    "otro otra su",
)
NOT_CERTAIN = _set("each every any per no all either cada cualquier ningún ninguna")

NAMED = _set("named called llamado llamada apellidado apellidada")
LIKE = _set("like como")
FAMILY = _set(
    "mother mom mum father dad parents guardian grandmother grandfather grandma grandpa aunt uncle stepmother",
    "stepfather iep diagnosis suspension",
)
ONE_FAMILY = _set(
    "mother mom mum father dad parents grandmother grandfather family madre mamá padre papá padres familia abuela",
    "abuelo",
)
TITLES = _set(
    "mr mrs ms miss mx dr prof professor principal coach teacher counselor director superintendent aide advisor",
    "adviser coordinator librarian nurse sr sra srta señor señora maestra maestro profesora profesor directora",
    "director doctora",
)
FIRST_NAMES = _set(  # of children in US schools, English and Spanish
    "aaliyah aaron abdullah abigail abraham ada adam adrian adriana ahmed aiden aisha alan alana alberto",
    "alejandra alejandro alex alexa alexander alexandra alexis alice alicia alina allison alma alondra alyssa",
    "amanda amari amelia amina amir amy ana andre andrea andres andrés andrew angel ángel angela angelica anna",
    "anthony antonio ariana ariel armando arturo asher ashley ashton athena aubrey audrey austin autumn ava axel",
    "ayden bailey beatriz bella benjamin bianca brandon brayden brenda brian brianna brooklyn bryan caleb cameron",
    "camila camilla carla carlos carmen caroline carson carter catherine cecilia cesar césar charles charlotte",
    "chloe christian christopher claire clara cole colton connor cooper cristian cristina cynthia daisy dakota",
    "damian daniel daniela danielle dante darius david dayana deandre deja delilah derek desiree destiny devin",
    "diana diego dominic dylan easton eduardo edwin elena eli eliana elias elijah elisa elizabeth ella ellie",
    "emanuel emiliano emilio emily emma enrique eric erica erick ernesto esmeralda esperanza esteban esther ethan",
    "eva evan evelyn ezekiel ezra faith fatima felipe fernanda fernando francisco gabriel gabriela gael gavin",
    "genesis george gerardo gianna giovanni giselle grace gracie grayson guadalupe guillermo gustavo hailey",
    "hannah harper hassan hazel hector héctor henry hudson hugo hunter ian ibrahim imani ingrid irene isaac",
    "isabel isabella isaiah ismael ivan iván jack jackson jacob jada jaden jaime jalen jamal james jasmine jason",
    "javier jayden jaylen jazmin jeffrey jennifer jeremiah jeremy jesus jesús jimena joaquin joaquín joel john",
    "jonathan jordan jorge jose josé joseph joshua josiah juan julia julian julián juliana julio justin kai",
    "kaitlyn kamila karen karina karla kate katherine kayden kayla keisha kelly kennedy kevin khalil khloe kiara",
    "kimberly kylie landon latoya laura lauren layla leah leila leo leonardo leslie levi liam lila lilly lily",
    "lizbeth logan lorena louis lucas lucia lucía luis luke luna luz mackenzie madeline madison maisha makayla",
    "malia malik manuel marco marcos marcus margaret maria maría mariah mariam mariana maribel marisol mario",
    "marisa martin martín mary mason mateo matthew maya mayra megan melanie melissa mia micah michael michelle",
    "miguel mila miles miranda mohamed mohammed moises monica mónica morgan muhammad mustafa mya nadia naomi",
    "natalia natalie nathan nayeli nevaeh nicholas nicolas nicolás nicole noah noel noelia nora octavio olivia",
    "omar oscar óscar owen pablo paige pamela parker patrick paula paulina pedro penelope peyton perla rachel",
    "rafael ramon ramón raquel raul raúl rebeca rebecca regina ricardo riley robert roberto rocio rocío rodrigo",
    "rosa ruben rubén ruth ryan sadie samantha samir samuel sandra santiago sara sarah savannah sebastian",
    "sebastián selena serenity sergio shanice shaniqua sierra silvia sofia sofía sophia sophie stella stephanie",
    "steven susana sydney tamara tanisha tatiana taylor teresa thiago thomas tiana timothy tomas tomás trevon",
    "trinity tristan tyler tyrese tyrone valentina valeria vanessa vera veronica verónica victor víctor victoria",
    "vincent violet violeta virginia vivian wendy william wyatt xavier ximena xiomara yadira yahir yaretzi",
    "yesenia yolanda yusuf zachary zainab zaire zion zoe zoey",
)
FAMILY_BEFORE_NAME = _set("mamá madre papá padre padres abuela abuelo tía tío madrastra padrastro")

NOT_NAMES = _set(
    # institutions and titles that follow "student", in title case
    "success council support services study handbook government voice center centre affairs assistance",
    "information id ids aid union association body portal planner leadership learning outcome outcomes work led",
    "led-conference success team teams talk talks conference conferences survey surveys group groups leaders",
    "ambassadors advisory advisers data day days week weeks club clubs scholars first attendance engagement",
    "agency progress report reports record records nutrition welfare protection care development health family",
    "families and or of for in on at with who the a an to by as is are was were be not but if so we they it i you",
    "our their my your from into will can may when where what why how per than then that this these those each",
    "every no all more most one two three four five six seven eight nine ten first second third ninth tenth",
    "eleventh twelfth grade grades teacher teachers families staff school schools class classes title",
    # days, months, languages, peoples, religions, subjects, places
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august",
    "september october november december english spanish arabic somali french mandarin chinese vietnamese tagalog",
    "haitian korean russian hmong portuguese ukrainian american americans african asian latino latina latinos",
    "latinas latinx hispanic black white native indigenous mexican muslim christian jewish math mathematics",
    "algebra geometry biology chemistry science history economics physics calculus spring fall winter summer",
    "christmas thanksgiving easter halloween ramadan google zoom canvas chromebook ipad internet los las el la",
    "del de y o en con que se su sus un una lunes martes miércoles jueves viernes sábado domingo enero febrero",
    "marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
OPENERS = _set(  # words that begin a sentence and are followed by a comma
    "however yesterday today tomorrow instead then also first second third finally later still sometimes once",
    "next meanwhile here there so but and now often again afterwards afterward besides therefore otherwise",
    "nevertheless thus perhaps maybe overall indeed soon before after above below together elsewhere furthermore",
    "moreover yes no well oh hoy ayer mañana después luego entonces además primero segundo finalmente pero ahora",
    "también sin así quizá quizás antes aquí allí",
)
PLACE_BEFORE = _set("in at from of near to by en de desde hacia por a for with con para")
BEFORE_A_LETTER = _set(  # "Plan B.", "Group A."
    "plan class group site section room team part option version period vitamin cohort wave appendix school",
    "building form level grade day step phase week round column row set type model hepatitis figure table page",
    "unit hall wing block track title act size variant arm condition line point idea test cycle grupo clase sala",
    "parte opción fase nivel",
)
NOT_INITIALS = _set(
    "u.s us p.e pe d.c dc a.m p.m am pm b.a m.a b.s m.s ph.d ed.d e.g i.e p.s n.y l.a u.k uk u.n e.u d.f j.d m.d",
    "r.n q.a o.k n.a c.a t.a v.p s.t e.l s.l p.d",
)
ACRONYMS = _set(
    "id iep ieps gpa gpas sel el els ell ells ml mls ap ib us pe ela esl eld pbl sat act psat stem steam ada frl",
    "lep fafsa dei ngss ccss lea sea nic hub pdsa pd plc plcs mtss rti pbis iq pc tv nces roci ged ct ai ar vr",
    "cte ptsa pta pto sro sst scps ela's dl dhh sped swd swds se ms hs tk pk k roi sro qr",
)

UNITS_BEFORE = _set(  # "grade 3 students", "room 4 students"
    "grade grades room period periods tier level levels class section week group cycle hour block question step",
    "year day chapter unit part site school grado grados sala periodo nivel clase sección semana grupo ciclo",
    "pregunta paso año día in en percent",
)
BETWEEN = _set(  # what may stand between a small number and "students"
    "of de out my our the these those her his their mis nuestros nuestras los las sus estos estas other otros",
    "otras more grade first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth year old",
    "english multilingual language new newcomer female male black white latino latina hispanic asian native",
    "american homeless immigrant refugee bilingual migrant foster gifted special education absent chronically",
    "different individual quiet struggling young older younger middle high elementary school particular",
    "additional autistic disabled undocumented suspended trans queer gay nuevos nuevas primer segundo tercer",
    "cuarto quinto sexto",
)
ONLY_ONE = _set("1 one only single sole única único")
NUMBERS = {
    **{str(number): number for number in range(1, 100)},
    **{
        word: number
        for number, words in enumerate(
            (
                *("one", "two dos", "three tres", "four cuatro", "five cinco", "six seis", "seven siete", "eight ocho"),
                *("nine nueve", "ten diez", "eleven once", "twelve doce", "thirteen trece", "fourteen catorce"),
                *("fifteen quince", "sixteen dieciséis", "seventeen diecisiete", "eighteen dieciocho"),
                *("nineteen diecinueve", "twenty veinte"),
            ),
            start=1,
        )
        for word in words.split()
    },
    **dict.fromkeys(("couple", "pair", "both", "ambos", "ambas", "par"), 2),
    **dict.fromkeys(("only", "single", "sole", "única", "único"), 1),
}

SENSITIVE = _set(
    "iep ieps 504 autism autistic adhd dyslexia dyslexic diagnosis diagnosed anxiety depression medication",
    "therapist suicidal suspended suspension expelled expulsion detention arrested arrest probation juvenile",
    "homeless undocumented immigrant immigration deported deportation asylum refugee daca visa pregnant pregnancy",
    "abuse abused neglect disability disabled wheelchair seizure seizures epilepsy diabetes bipolar overdose",
    "hospitalized hospitalised autista tdah dislexia diagnóstico diagnosticado diagnosticada ansiedad depresión",
    "medicamento medicamentos suspendido suspendida suspensión expulsado expulsada expulsión detenido detenida",
    "indocumentado indocumentada inmigrante inmigración migratorio migratoria deportado deportada deportación",
    "asilo refugiado refugiada discapacidad discapacitado discapacitada embarazada embarazo abuso epilepsia",
    "autismo",
)
SENSITIVE_PAIRS = frozenset(
    {
        ("special", "education"),
        ("foster", "care"),
        ("foster", "home"),
        ("green", "card"),
        ("learning", "disability"),
        ("behavior", "plan"),
        ("behaviour", "plan"),
        ("office", "referral"),
        ("discipline", "referral"),
        ("mental", "health"),
        ("educación", "especial"),
        ("salud", "mental"),
        ("sin", "papeles"),
        ("sin", "hogar"),
        ("free", "lunch"),
    }
)

TURNED = _set("turned turns turning cumplió cumple cumplirá")
GRADE_WORDS = _set("grade grader grado graders")
BIRTH = _set("born birthdate birthday dob birth birthdays nació nacido nacida nacimiento cumpleaños")
MONTHS = _set(
    "january february march april may june july august september october november december jan feb mar apr jun",
    "jul aug sep sept oct nov dec enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre",
    "diciembre",
)
ID_WORDS = _set("id ids ssid sasid lasid number no num nbr matrícula número expediente lunch pin")
ID_AFTER = _set("ssid sasid lasid matrícula expediente")  # these need no word for a person beside them
