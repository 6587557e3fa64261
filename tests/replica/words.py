"""What the invented stories are made of, in the six languages of the site.

Every sentence is invented, in the agency's style; datelines and end marks are those of
sources.md §6. ``{place}``, ``{thing}``, ``{n}`` (a number) and ``{p}`` (per cent) are filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from kcna_ingest.models import Language

_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def parts(text: str) -> tuple[str, ...]:
    """Part a line of words at its commas."""
    return tuple(text.split(","))


_ENGLISH_MONTHS = parts(
    "January,February,March,April,May,June,July,August,September,October,November,December"
)
_SPANISH_MONTHS = parts(
    "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre"
)
_RUSSIAN_MONTHS = parts(
    "января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,ноября,декабря"
)


@dataclass(frozen=True, slots=True)
class Words:
    """One language of the site."""

    #: Its code on the site, the agency in ``<title>``, the name of the home page.
    code: str
    agency: str
    home: str
    #: As the links to other languages call it.
    name: str
    #: Leaders' names in every form the sentences use, longest first.
    leaders: tuple[str, ...]
    #: The same sixteen in every language, in the same order.
    places: tuple[str, ...]
    things: tuple[str, ...]
    events: tuple[str, ...]
    leader_events: tuple[str, ...]
    review: str
    kicker: str
    openings: tuple[str, ...]
    #: Of a story without dateline: month and year of the event, which are none.
    anecdote: str
    sentences: tuple[str, ...]
    #: Labels of the permanent lists, in the order of ``archive.PERMANENT``.
    labels: tuple[str, ...]
    #: The dateline of a day, without what follows it, and what follows it.
    dateline: Callable[[date], str]
    after: str
    #: The end mark as it follows the last sentence; between sentences.
    mark: str
    gap: str = " "


_LATIN = parts(
    "Nampho,Wonsan,Hamhung,Sinuiju,Sariwon,Kaesong,Haeju,Kanggye,Hyesan,"
    "Chongjin,Rason,Tokchon,Anju,Kusong,Sunchon,Huichon"
)

_ENGLISH = Words(
    code="en",
    agency="KCNA",
    home="Home",
    name="English",
    leaders=("Kim Jong Un", "Kim Il Sung"),
    places=_LATIN,
    things=parts(
        "bakery,greenhouse farm,textile mill,cement factory,fishery station,"
        "general hospital,middle school,library,power station,coal mine,"
        "shoe factory,kindergarten,fruit farm,paper mill,dairy farm,swimming pool"
    ),
    events=(
        "New {thing} Inaugurated in {place}",
        "{thing} in {place} Overfulfils Its Monthly Plan",
        "Foreign Guests Visit {thing} in {place}",
        "“Model {thing}” Title Awarded in {place}",
        "Officials of {place} Discuss Work of {thing}",
        "Photo Exhibition Opens at {thing} of {place}",
    ),
    leader_events=(
        "Respected Comrade Kim Jong Un Visits {thing} in {place}",
        "Kim Jong Un Sends Thanks to Builders of {thing} in {place}",
    ),
    review="Press Review",
    kicker="News from All Parts",
    openings=(
        "The {thing} in {place} was inaugurated with due ceremony after {n} days of work.",
        "Officials and working people of {place} gathered at the {thing} on the spot.",
        "The collective of the {thing} in {place} raised its output to {p} per cent.",
    ),
    anecdote=(
        "One day in June Juche 102 (2013), Kim Jong Un visited the {thing} in {place} early in "
        "the morning."
    ),
    sentences=(
        "A total of {n} square metres of walls were newly painted.",
        "The participants went round the halls and saw {n} items on display.",
        "The annual plan was carried out at {p} per cent by the end of the season.",
        "The respected Comrade Kim Jong Un gave it a name and sent {n} pieces of equipment.",
        "The director said, “We saved {n} kilograms of materials by our own efforts.”",
        "The young workers put forward {n} proposals for technical innovation.",
        "Great President Kim Il Sung gave on-the-spot guidance there {n} days after the war.",
        "Trees of {n} species were planted along the road to the river.",
        "Experts of the university helped to raise productivity by {p} per cent.",
        "The evening ended with songs, and {n} people took part in it.",
    ),
    labels=(
        "WPK General Secretary Kim Jong Un's Revolutionary Activities",
        *parts(
            "Latest News,Top News,Home News,Documents,World,Social Life,External,"
            "Revolutionary Anecdote,Always in Memory of People,Photo,Video"
        ),
    ),
    dateline=lambda day: f"Pyongyang, {_ENGLISH_MONTHS[day.month - 1]} {day.day} (KCNA)",
    after=" -- ",
    mark=" -0-",
)

_SPANISH = Words(
    code="es",
    agency="ACNC",
    home="Inicio",
    name="Español",
    leaders=("Kim Jong Un", "Kim Il Sung"),
    places=_LATIN,
    things=parts(
        "panadería,granja de invernaderos,fábrica textil,fábrica de cemento,"
        "estación pesquera,hospital general,escuela secundaria,biblioteca,"
        "central eléctrica,mina de carbón,fábrica de calzado,jardín de la infancia,"
        "granja frutícola,fábrica de papel,granja lechera,piscina cubierta"
    ),
    events=(
        "{place}: {thing} entra en operación",
        "{place}: {thing} sobrecumple su plan mensual",
        "Visitantes extranjeros en {place} ({thing})",
        "Título «{thing} modelo» otorgado en {place}",
        "Funcionarios de {place} discuten la labor de {thing}",
        "Exposición fotográfica en {place} ({thing})",
    ),
    leader_events=(
        "Estimado compañero Kim Jong Un visita {place} ({thing})",
        "Kim Jong Un agradece a los constructores de {place} ({thing})",
    ),
    review="Revista de prensa",
    kicker="Noticias de todas partes",
    openings=(
        "Después de {n} días de obras se puso en servicio en {place} una instalación: {thing}.",
        "Los funcionarios y trabajadores de {place} ({thing}) se reunieron en el lugar.",
        "El colectivo de {place} ({thing}) elevó su producción al {p} por ciento.",
    ),
    anecdote=(
        "Un día de junio del año 102 Juche (2013), Kim Jong Un visitó muy temprano {place} "
        "({thing})."
    ),
    sentences=(
        "En total se pintaron de nuevo {n} metros cuadrados de paredes.",
        "Los participantes recorrieron las salas y vieron {n} artículos expuestos.",
        "El plan anual se cumplió al {p} por ciento al final de la temporada.",
        "El estimado compañero Kim Jong Un le puso el nombre y envió {n} equipos.",
        "El director dijo: “Ahorramos {n} kilogramos de materiales con nuestros esfuerzos”.",
        "Los jóvenes obreros presentaron {n} propuestas de innovación técnica.",
        "El gran Presidente Kim Il Sung lo dirigió sobre el terreno {n} días después.",
        "A lo largo del camino hacia el río se plantaron árboles de {n} especies.",
        "Los expertos de la universidad ayudaron a elevar la productividad en un {p} por ciento.",
        "La velada terminó con canciones y en ella tomaron parte {n} personas.",
    ),
    labels=(
        "Actividades revolucionarias del Secretario General Kim Jong Un",
        *parts(
            "Últimas noticias,Noticias principales,Noticias nacionales,Documentos,Mundo,"
            "Vida social,Relaciones exteriores,Anécdotas revolucionarias,"
            "Siempre en la memoria del pueblo,Foto,Vídeo"
        ),
    ),
    dateline=lambda day: f"Pyongyang, {day.day} de {_SPANISH_MONTHS[day.month - 1]} (ACNC)",
    after=" -- ",
    mark=" -0-",
)

_RUSSIAN = Words(
    code="ru",
    agency="ЦТАК",
    home="Главная",
    name="Русский",
    leaders=("Ким Чен Ына", "Ким Чен Ын", "Ким Ир Сен"),
    places=parts(
        "Нампхо,Вонсан,Хамхын,Синыйчжу,Саривон,Кэсон,Хэчжу,Канге,Хесан,Чхончжин,"
        "Расон,Токчхон,Анчжу,Кусон,Сунчхон,Хичхон"
    ),
    things=parts(
        "хлебозавод,тепличное хозяйство,текстильный комбинат,цементный завод,"
        "рыбопромысловая база,народная больница,средняя школа,библиотека,"
        "электростанция,угольная шахта,обувная фабрика,детский сад,"
        "плодовое хозяйство,бумажная фабрика,молочная ферма,крытый бассейн"
    ),
    events=(
        "{place}: {thing} вступает в строй",
        "{place}: {thing} перевыполняет месячный план",
        "Иностранные гости в городе {place} ({thing})",
        "Звание «Образцовое предприятие» в городе {place} ({thing})",
        "Работники города {place} обсуждают дела ({thing})",
        "Фотовыставка в городе {place} ({thing})",
    ),
    leader_events=(
        "Уважаемый товарищ Ким Чен Ын посетил город {place} ({thing})",
        "Благодарность товарища Ким Чен Ына строителям ({thing}, {place})",
    ),
    review="Обзор печати",
    kicker="Новости с мест",
    openings=(
        "После {n} дней работ в городе {place} торжественно вступил в строй объект: {thing}.",
        "Работники и трудящиеся города {place} собрались на месте ({thing}).",
        "Коллектив в городе {place} ({thing}) довел выпуск продукции до {p} процентов.",
    ),
    anecdote=(
        "Однажды в июне 102 (2013) года чучхе Ким Чен Ын рано утром посетил город {place} "
        "({thing})."
    ),
    sentences=(
        "Всего заново окрашено {n} квадратных метров стен.",
        "Участники осмотрели залы, где выставлено {n} экспонатов.",
        "Годовой план к концу сезона выполнен на {p} процентов.",
        "Уважаемый товарищ Ким Чен Ын дал ему имя и прислал {n} единиц оборудования.",
        "Директор сказал: «Своими силами мы сэкономили {n} килограммов материалов».",
        "Молодые рабочие внесли {n} предложений по техническому новаторству.",
        "Великий Президент Ким Ир Сен руководил им на месте через {n} дней после войны.",
        "Вдоль дороги к реке посажены деревья {n} видов.",
        "Ученые университета помогли повысить производительность на {p} процентов.",
        "Вечер завершился песнями, в нем приняло участие {n} человек.",
    ),
    labels=(
        "Революционная деятельность товарища Ким Чен Ына",
        *parts(
            "Последние новости,Главные новости,Новости страны,Документы,Мир,Общество,"
            "Внешние связи,Революционные эпизоды,Народ не забудет,Фото,Видео"
        ),
    ),
    dateline=lambda day: f"Пхеньян, {day.day} {_RUSSIAN_MONTHS[day.month - 1]}. /ЦТАК/",
    after="-- ",
    mark=" -0-",
)

#: The other three languages are in ``words_east``.
LATIN_AND_RUSSIAN: Mapping[Language, Words] = {"en": _ENGLISH, "es": _SPANISH, "ru": _RUSSIAN}


def wide(number: int) -> str:
    """Write a number in full-width digits, as Japanese datelines do."""
    return str(number).translate(_WIDE)
