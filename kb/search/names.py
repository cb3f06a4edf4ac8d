"""Words that are names of people too: a search that holds them may be about somebody, so it is not noted. Pure.

"grace hill" in small letters is made of two ordinary words. The lists hold first names that are words of English or
Spanish texts as well, the most common first names of all, ways to address somebody, and words that are surnames.
"""

from collections.abc import Sequence

_WORDS_AND_FIRST_NAMES = """
abril ace alba alma amber amor andy angel angela angeles apple april archer ariel art ash asia aspen august aurora
autumn ava bailey bay bear beau bell bella berry beth bill blanca blaze bliss blue bo bob bonita booker brandy brant
breeze bridge brook brooke brooks buck bud buddy bunny cadence camilo candy carol carter cash cat celeste celia chance
chandler charity chase chastity chelsea cherish cherry chip chuck cielo clara claridad clay cliff clover cody colt
concepcion consuelo coral corazon creed cricket cruz crystal cypress dahlia daisy dale dalia dallas dawn daya dean
delta denim denver destiny diamond diego dixie dolores domingo don dorado dove drake drew duke dusty earl easter ebony
echo eden ellis ember emerald encarnacion ernest esmeralda esperanza esther estrella eva eve faith fannie faye
felicidad felicity fern fidel finch flor flora florence forest fox frank frankie gale garnet gay gene genesis georgia
ginger gloria glory grace gracia grady grant gray guadalupe gus guy hale harley harmony harper haven hazel heath
heather heaven henna herb honesty honey honor hope hugo hunter india indigo inez iris isle ivy jack jade jan jasmine
jay jazz jean jerry jesus jewel jimmy joe john josh journey joy juan jude julio june juniper justice kale kay kelly
kennedy kent king kit kitty knight lacy lake lance land lane lark laurel lee legend leo leon leona lia libertad
liberty lilac lily linda lionel london lucero lucky luna luz lynx lyric mac maddox mae magdalena magnolia mar marca
margarita maria marina marisol mark marsh marshall martina mason matt maverick maximo may mayo mckay mel melody
memphis mercedes mercy milagro milagros miles milo mimi mint miracle mireya misty monica moon morning myrtle nat
nevada nick nieves nina noble noel nova oak oakley ocean octavia octavio olive oliver ollie opal orion oscar paciencia
page paige paloma pansy paris parker pat paz peace pearl penny perla perry pete phoenix piedad pilar piper placido
poet polly poppy porter praise precious primavera prince princess promise prosper prudence queen quill rain ramona
raven ray rayo rebel red reed reese regina reign reina remedios remedy rey rich rico ridge river rob robin rocco rocio
rocky roman romeo rory rosa rosario rose roses rowan royal ruby rusty ruth sage sailor salvador salvia sam sandy
santiago santos savannah scarlet scout serena serenity shade shea shelby shiloh sky skye skylar slate sol solana
soledad sonny sparrow spencer stan star stella sterling stone storm sue summer sunday sunny sunshine susana tad talon
tatum taylor ted temperance terra terry thorn tiger tim timber todd tom tony topaz trace tracy tre trent trey trinity
tristan true tucker tulip tyler unity ursula val valentine valentino van vera verity vic victor victoria viola violet
virgen virginia vito wade walker ward warren watson wes west will willow willy winter wolf woody wren wynn yolanda
young zen zion
"""
_FIRST_NAMES = """
aaron abdi abigail adam adrian ahmed aiden aisha alan albert alejandra alejandro alex alexander alexandra alexis
alfredo alice alicia alison allison alondra alyssa amanda amelia amina amy ana anderson andrea andrew angelica anh ann
anna anne anthony antonio ariana armando arthur arturo ashley aubrey austin ayden bao barbara barry bea beatriz bella
benjamin bernardo brandon brayden brenda brian brianna bruce bryan caleb cameron camila carla carlos carmen caroline
catherine cecilia cesar charles charlotte chi chloe chris christian christina christine christopher claudia connor
cristian cynthia damian damon daniel daniela danielle david deborah debra dennis diana diane dominic donald donna
dorothy douglas duc dylan edgar eduardo edward elena eli elias elijah elizabeth ella eloy emanuel emilia emiliano
emilio emily emma enrique eric erica erik erika ernesto esteban ethan eugene evelyn fatima fatuma felipe fernanda
fernando francisco gabriel gabriela gabriella gary gavin george gerald gerardo gilbert gonzalo graciela gregory
guillermo gustavo hailey hannah harold hassan hector helen henry hodan hussein ian ibrahim ignacio irene isaac isabel
isabella isaiah isidro ismael ismail ivan jackson jacob jacqueline jaiden jaime james jamie janet janice jason javier
jayden jeff jeffrey jennifer jeremiah jeremy jesse jessica jill jin jo joan joanna joaquin joel jonathan jordan jorge
jos jose joseph joshua josue joyce juana judith judy julia julian juliana julie justin kai karen karina karla kate
katherine kathleen kathryn katie kaya kayla keith kenneth kevin khadija kim kimberly kyle lan larry laura lauren
lawrence leah leonardo leslie leticia levi liam lillian linh lisa logan lorena lorenzo louis lourdes lucas lucia lucy
luis luke lupe lydia mackenzie madeline madison mai manuel marcela marco marcos margaret mariana marie mario marisela
martha martin mary mateo matthew mauricio max maya megan mei melanie melissa mia michael michelle miguel mila ming
minh mohamed mohammed mohamud molly morgan muhammad nancy naomi nasra natalia natalie nathan nathaniel nia nicholas
nicolas nicole noah nora norma norman olga olivia omar omari oswaldo pablo pam pamela pao patricia patrick patsy paul
paula pedro peter philip phillip quang rachel rafael rahma ralph ramon randy raquel raul raymond rebecca ricardo
richard rigoberto robert roberta roberto rodrigo rogelio roger ronald roxana roy ruben russell ryan sahra salma
salvatore samantha samuel sandra santana sara sarah scott sean sebastian sergio shannon sharon shirley silvia simon
sofia sonia sophia stephanie stephen steven susan sydney teresa thea theodore theresa thomas tiffany timothy tina tou
trang travis tuan valentina valeria vanessa veronica vicente victoriano vincent vivian walter wayne wendy wesley
wilfredo william willie xavier ximena xiong yasmin yesenia ying yusuf yvonne zachary zahra zainab zoe zoey
"""
_ADDRESSES = """
dona don doctor doctora dr madam miss mr mrs ms mx prof profe senor senora senorita sir sr sra srta tia tio
"""
_SURNAMES = """
abbot adams alba ali ames arroyo ash ball banks barber barker barnes barros bass bates beach bean beck bell benson
best bird bishop black blanco blue bolt bond booth bowman boyd branch bravo brewer bridges brook brooks brown bueno
burns bush butcher butler calderon calle camacho camp campo campos cannon carlson carpenter carter carver casas case
cases castillo castle castro chambers chan chandler chang chapman chase church clarke clay cline coleman combs cook
cooper corona cortes costa crane cross crow cruz cunningham curry davies day dean delgado drake duran dyer farmer
field fields fisher flores flowers flynn ford forest foster fowler fox franco frank freeman french frost fry fuentes
fuller galvan gardner garland garner gates gill glass glenn glover gold golden good grant graves gray green griffith
gross guerra guerrero hale hall hand hardy harper harris hart hawk hayes head heath herrera hidalgo hill ho hobbs
hodges holder holiday holt hood hook hope horn house huang hull hunt hunter hurst huynh iglesias irons james jenkins
johns jones joyce kane keen keller kemp key kim king knight lake lam lamb lambert lane lang lara law le leal lemon
leon lester levy lewis li lin little loma lomas long lor lord love low luna malone mann march marin marks marques
marsh mason may mayo mayor meadows mercado merino mesa meyer meza miller mills mina minor molina monk montes moon
moore morales moreno morgan morris moss mote moua nash newton nieto noble nobles norman norte north nunez oliva oliver
olmos orr ortega owens pace pacheco page pages palacios palma park parks parra patino paz penn perales pike pineda
pinto platero plaza pond poole pope porter post potter powers prado pratt price prince puente puerta queen quick ramos
ray real reales redondo reed reyes reynolds reynoso rice rich rios rivas rivera rivers rocha rogers rojas roman romero
rosa rosales rosas rose ross rubio rueda rush sabio salas salinas salt sanders santos shannon sharp shepherd shields
short silva silver singer singleton small smart smith snow soto south spears spring stack stanton star steel steele
stein stock stokes stone street strong summers swan swift talavera taylor temple tenorio terry thorn tierra toro
torres towers town tran travers trejo trujillo turner valencia valle valles vang vega vela vera vidal villa villas
vine vue wade walker wall walls ward ware waters watkins watts way weaver webb weeks wells west wheeler white wild
wilder winter winters wise wolf wood woods workman worth wright wu xiong yang yates york young yu
"""
FIRST = frozenset(f"{_WORDS_AND_FIRST_NAMES} {_FIRST_NAMES} {_ADDRESSES}".split())
LAST = frozenset(_SURNAMES.split())


def may_name_somebody(words: Sequence[str]) -> bool:
    """Say whether folded words hold a first name or a form of address, an initial and a surname, or two surnames.

    A single letter is an initial; a surname that stands alone is an ordinary word.
    """
    surnames = sum(word in LAST for word in words)
    return (
        any(word in FIRST for word in words) or surnames > 1 or (surnames > 0 and any(len(word) == 1 for word in words))
    )
