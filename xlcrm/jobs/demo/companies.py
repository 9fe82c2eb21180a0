"""Invented organisations: place + brand + trade + legal form, shops, hospitals, schools, and persons as customers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from xlcrm.jobs.demo.people import person
from xlcrm.model.vocabularies import vocabulary

AREAS = {
    "北京市": "010", "上海市": "021", "天津市": "022", "重庆市": "023", "广州市": "020", "深圳市": "0755",
    "佛山市": "0757", "杭州市": "0571", "宁波市": "0574", "温州市": "0577", "南京市": "025", "苏州市": "0512",
    "无锡市": "0510", "常州市": "0519", "合肥市": "0551", "福州市": "0591", "厦门市": "0592", "泉州市": "0595",
    "南昌市": "0791", "济南市": "0531", "青岛市": "0532", "烟台市": "0535", "郑州市": "0371", "洛阳市": "0379",
    "武汉市": "027", "宜昌市": "0717", "长沙市": "0731", "成都市": "028", "绵阳市": "0816", "昆明市": "0871",
    "贵阳市": "0851", "西安市": "029", "太原市": "0351", "石家庄市": "0311", "沈阳市": "024", "大连市": "0411",
    "长春市": "0431", "哈尔滨市": "0451", "南宁市": "0771",
}  # fmt: skip

# Brands are one of the first times one or two of the second: 40 x 40, and 40 x 40 x 40 where many are needed.
FIRST = {
    "海": "hai", "云": "yun", "星": "xing", "金": "jin", "天": "tian", "华": "hua", "新": "xin", "东": "dong",
    "恒": "heng", "瑞": "rui", "博": "bo", "智": "zhi", "安": "an", "远": "yuan", "德": "de", "宏": "hong",
    "盛": "sheng", "嘉": "jia", "凯": "kai", "鼎": "ding", "青": "qing", "启": "qi", "联": "lian", "普": "pu",
    "明": "ming", "锦": "jin", "泰": "tai", "润": "run", "晨": "chen", "沃": "wo", "卓": "zhuo", "蓝": "lan",
    "汇": "hui", "佳": "jia", "正": "zheng", "万": "wan", "中": "zhong", "禾": "he", "松": "song", "岭": "ling",
}  # fmt: skip
SECOND = {
    "河": "he", "岭": "ling", "辰": "chen", "达": "da", "源": "yuan", "信": "xin", "通": "tong", "创": "chuang",
    "泽": "ze", "讯": "xun", "科": "ke", "力": "li", "图": "tu", "峰": "feng", "诚": "cheng", "康": "kang",
    "丰": "feng", "航": "hang", "利": "li", "隆": "long", "捷": "jie", "辉": "hui", "成": "cheng", "森": "sen",
    "元": "yuan", "洲": "zhou", "腾": "teng", "奇": "qi", "翔": "xiang", "越": "yue", "林": "lin", "业": "ye",
    "顺": "shun", "和": "he", "展": "zhan", "佑": "you", "迪": "di", "朗": "lang", "睿": "rui", "沐": "mu",
}  # fmt: skip
_FIRST, _SECOND = "".join(FIRST), "".join(SECOND)


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade word of a company's name, its industry as typed in sheets, what it buys, and what it wants of it."""

    word: str
    industry: str
    product: str
    need: str


TRADES = (
    Trade("电子", "计算机、通信和其他电子设备制造业", "设备维保服务", "缩短设备停机时间"),
    Trade("科技", "软件和信息技术服务业", "协同办公系统", "统一管理项目资料"),
    Trade("信息技术", "软件和信息技术服务业", "数据备份服务", "每天自动备份业务数据"),
    Trade("机械设备", "通用设备制造业", "生产管理系统", "看清各工序进度"),
    Trade("精密制造", "专用设备制造业", "质量检测设备", "降低来料不良率"),
    Trade("汽车配件", "汽车制造业", "仓储管理系统", "按批次追溯零件"),
    Trade("化工", "化学原料和化学制品制造业", "安全巡检系统", "巡检记录不再用纸"),
    Trade("食品", "食品制造业", "冷链监控服务", "运输全程记录温度"),
    Trade("服饰", "纺织服装、服饰业", "门店收银系统", "各门店库存互通"),
    Trade("家具", "家具制造业", "订单管理系统", "定制订单不漏尺寸"),
    Trade("医药", "医药制造业", "合规培训服务", "通过年度质量检查"),
    Trade("商贸", "批发业", "进销存软件", "对账时间减半"),
    Trade("物流", "道路运输业", "车辆定位服务", "随时查到在途货物"),
    Trade("建筑工程", "房屋建筑业", "工地考勤系统", "多个工地统一考勤"),
    Trade("装饰工程", "建筑装饰、装修和其他建筑业", "报价软件", "当天给出装修报价"),
    Trade("餐饮管理", "餐饮业", "点餐系统", "高峰时段少排队"),
    Trade("物业服务", "房地产业", "报修平台", "住户报修有回音"),
    Trade("文化传媒", "广播、电视、电影和录音制作业", "素材管理平台", "素材按项目归档"),
    Trade("教育咨询", "教育", "在线课堂", "异地学员也能听课"),
    Trade("环保", "生态保护和环境治理业", "水质监测设备", "超标时立即报警"),
    Trade("农业", "农业", "灌溉控制系统", "按土壤湿度浇水"),
    Trade("新能源", "电气机械和器材制造业", "能耗管理系统", "摸清各车间用电"),
)
FORMS = (*("有限公司",) * 14, *("有限责任公司",) * 3, "股份有限公司", "集团有限公司")
SHOPS = (
    ("面馆", "餐饮业"),
    ("茶叶店", "零售业"),
    ("五金经营部", "零售业"),
    ("汽修店", "机动车、电子产品和日用产品修理业"),
    ("文印店", "印刷和记录媒介复制业"),
)
INSTITUTES = (("医院", "卫生"), ("口腔门诊部", "卫生"), ("实验学校", "教育"), ("幼儿园", "教育"), ("养老服务中心", "社会工作"))
ROADS = (
    "科技路",
    "兴业路",
    "创新大道",
    "工业北路",
    "滨江东路",
    "人民南路",
    "文化西街",
    "迎宾大道",
    "新城路",
    "长青路",
    "环城东路",
    "学府街",
)

# GB 32100: the alphabet of the code, and the weights of its first 17 characters; GB 11714: those of the organisation's 8.
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_OLD_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """A district: labels of the three dropdowns, the six-digit region code and the telephone area code."""

    province: str
    city: str
    district: str
    region: str
    area: str

    @property
    def town(self) -> str:
        """The city as it stands in company names and addresses."""
        return self.city if self.city in AREAS else self.province


@dataclass(frozen=True, slots=True)
class Organisation:
    """A customer to be: ``kind`` is company, shop, institute or person; ``brand`` is "" for a person."""

    kind: str
    name: str
    place: Place
    brand: str
    trade: Trade
    form: str


@cache
def places() -> tuple[Place, ...]:
    """Every district of the cities in ``AREAS``, from the region vocabularies."""
    provinces, cities = vocabulary("province").by_code, vocabulary("city").by_code
    found = []
    for district in vocabulary("district").options:
        city = cities[district.parent]
        province = provinces[city.parent]
        area = AREAS.get(city.zh) or AREAS.get(province.zh)
        if area and district.code[:6].isdigit() and len(district.code) >= 6:
            found.append(Place(province.zh, city.zh, district.zh, district.code[:6], area))
    return tuple(found)


def organisation(random: Random, lot: float | None = None) -> Organisation:
    """An invented customer: mostly companies, some shops, hospitals and schools, a few persons.

    ``lot`` from 0 to 1 decides which of these; it is drawn where none is given.
    """
    place, brand, trade = random.choice(places()), coined(random), random.choice(TRADES)
    lot = random.random() if lot is None else lot
    if lot < 0.84:
        form = random.choice(FORMS)
        town = place.town if random.random() < 0.5 else short(place.town)
        name = f"{brand}{trade.word}({short(place.town)}){form}" if random.random() < 0.05 else f"{town}{brand}{trade.word}{form}"
        return Organisation("company", name, place, brand, trade, form)
    if lot < 0.90:
        word, industry = random.choice(SHOPS)
        return Organisation(
            "shop",
            f"{place.town}{place.district}{brand}{word}",
            place,
            brand,
            Trade(word, industry, "收银系统", "每天自动对账"),
            "",
        )
    if lot < 0.95:
        word, industry = random.choice(INSTITUTES)
        return Organisation(
            "institute",
            f"{short(place.town)}{brand}{word}",
            place,
            brand,
            Trade(word, industry, "预约系统", "预约不再打电话"),
            "",
        )
    return Organisation("person", person(random), place, "", trade, "")


def coined(random: Random) -> str:
    """A brand of two characters, sometimes three."""
    tail = "".join(random.choices(_SECOND, k=1 if random.random() < 0.8 else 2))
    return random.choice(_FIRST) + tail


def spelled(brand: str) -> str:
    """A brand in pinyin, as in mail domains."""
    return "".join(FIRST.get(letter) or SECOND[letter] for letter in brand)


def short(town: str) -> str:
    """The city without its 市, as companies prefer it in their names."""
    return town.removesuffix("市")


def address(random: Random, place: Place) -> str:
    """A street address down to house and room; road names are of the kind that exists in every city."""
    door = f"{place.town}{place.district}{random.choice(ROADS)}{random.randint(1, 999)}号"
    return door + random.choice(("", f"{random.randint(1, 12)}栋{random.randint(1, 28)}层", f"{random.randint(201, 2808)}室"))


def uscc(random: Random, organisation: Organisation) -> str:
    """A 统一社会信用代码 with both check digits right: office, kind, region, organisation code, check character."""
    head = {"company": "91", "shop": "92", "institute": "12"}[organisation.kind]
    code = "".join(random.choice("0123456789") for _ in range(8))
    old = 11 - sum(weight * int(digit) for weight, digit in zip(_OLD_WEIGHTS, code, strict=True)) % 11
    body = f"{head}{organisation.place.region}{code}{'X' if old == 10 else 0 if old == 11 else old}"
    return body + ALPHABET[-sum(weight * ALPHABET.index(letter) for weight, letter in zip(_WEIGHTS, body, strict=True)) % 31]


def wrong_uscc(right: str) -> str:
    """The same code with a check character that does not fit."""
    return right[:17] + ALPHABET[(ALPHABET.index(right[17]) + 5) % 31]
