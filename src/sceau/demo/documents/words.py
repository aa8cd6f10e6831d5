"""What the documents say: our own sentences about people who do not exist.

A blank line ends a paragraph, `# ` begins a section, ` | ` separates the cells of a table's row.
"""

from sceau.demo.documents.paper import Row, Section

LETTER = """
Cher confrère,

Je vous adresse ce patient de 67 ans, suivi ici depuis douze ans pour une hypertension équilibrée sous bithérapie et
une hypercholestérolémie traitée. Il a cessé de fumer il y a neuf ans.

Depuis cinq semaines, il ressent une gêne rétrosternale en montant la côte de son village, qui cède en deux à trois
minutes au repos. Il n’a eu ni malaise, ni palpitations, ni dyspnée de décubitus.

L’examen est normal : pression artérielle 138/82 mmHg aux deux bras, fréquence 68 par minute, pas de souffle, pouls
périphériques tous perçus. Le tracé joint est sans particularité au repos.

Je vous remercie de le recevoir pour avis, et de me dire si une épreuve d’effort vous paraît souhaitable. Un traitement
d’attente lui a été remis, avec la consigne d’appeler le 15 si une douleur devait durer.

Bien confraternellement,
"""

PREGNANCY = """
Chère collègue,

Je vous confie le suivi de cette patiente de 34 ans, deuxième grossesse, terme prévu au printemps. La première s’est
déroulée sans incident et s’est conclue par un accouchement à terme.

Le premier bilan est complet et normal ; elle est immunisée contre la rubéole et la toxoplasmose. Elle ne prend aucun
traitement en dehors de l’acide folique.

Je reste joignable pour toute question et je la reverrai volontiers à votre demande.

Bien cordialement,
"""

PRESCRIPTION = """
Soins infirmiers à domicile : pansement simple, un jour sur deux pendant quatorze jours, dimanche compris.

Compresses stériles non tissées 7,5 × 7,5 cm : une boîte de cinquante.

Sérum physiologique en dosettes de 5 ml : une boîte de quarante.

Bande extensible 10 cm : quatre.
"""

REPORT = """
# Motif

Gêne thoracique d’effort depuis cinq semaines, chez un patient hypertendu adressé par son médecin traitant. Pas
d’antécédent coronarien connu.

# Examen clinique

Bon état général, 76 kg pour 1,74 m. Pression artérielle 134/80 mmHg, fréquence 66 par minute, régulière. Auscultation
cardiaque et pulmonaire normale. Aucun signe d’insuffisance cardiaque. Abdomen souple.

# Électrocardiogramme

Rythme sinusal à 66 par minute, axe normal, conduction auriculo-ventriculaire et intraventriculaire normales. Pas de
trouble de la repolarisation.

# Échographie cardiaque

Ventricule gauche de taille normale, sans hypertrophie, de fonction systolique conservée, sans anomalie de la cinétique
segmentaire. Oreillette gauche à la limite supérieure. Valves fines, fuite mitrale minime. Cavités droites normales, pas
d’hypertension pulmonaire. Péricarde sec.

Fraction d’éjection (Simpson biplan) | 62 % | 52 – 72 %

Diamètre télédiastolique du VG | 49 mm | 42 – 58 mm

Épaisseur du septum | 10 mm | 6 – 10 mm

Surface de l’oreillette gauche | 21 cm² (limite) | < 20 cm²

Rapport E/e’ | 8 | < 14

Pression artérielle pulmonaire systolique | 28 mmHg | < 35 mmHg

# Épreuve d’effort

Épreuve maximale sur cycloergomètre, 150 W, 92 % de la fréquence théorique. Profil tensionnel normal. Gêne identique à
celle décrite au dernier palier, sans modification électrique significative, résolutive en une minute. Récupération sans
particularité.

L’épreuve est négative sur le plan électrique et de bonne valeur ; la reproduction de la gêne invite toutefois à
compléter l’exploration par une imagerie.

# Conclusion

Fonction ventriculaire gauche conservée. Probabilité faible à intermédiaire de maladie coronaire : un scanner coronaire
est programmé dans le mois. D’ici là, poursuite du traitement actuel, auquel j’ajoute une petite dose d’aspirine, en
l’absence de contre-indication.

Je le revois avec les images. Conseils remis par écrit : marche quotidienne, arrêt de l’effort à la première gêne, appel
du 15 pour toute douleur qui dépasse dix minutes.

# Traitement à l’issue de la consultation

Périndopril 5 mg et indapamide 1,25 mg : un comprimé le matin (inchangé).

Atorvastatine 20 mg : un comprimé le soir (inchangé ; bilan lipidique dans trois mois).

Acide acétylsalicylique 75 mg : un sachet à midi (nouveau).

Trinitrine en spray : une pulvérisation sous la langue en cas de gêne, assis (nouveau).

# Suites prévues

Scanner coronaire au centre hospitalier dans les quatre semaines, créatinine à contrôler la semaine précédente. Nouvelle
consultation à six mois, plus tôt si les images ou les symptômes le demandent.
"""

# Analysis, lower and upper bound, unit, decimals.
ANALYSES: dict[str, tuple[tuple[str, float, float, str, int], ...]] = {
    "Hématologie": (
        ("Hémoglobine", 13.0, 17.0, "g/dl", 1),
        ("Hématocrite", 40.0, 52.0, "%", 1),
        ("Leucocytes", 4.0, 10.0, "G/l", 1),
        ("Plaquettes", 150.0, 400.0, "G/l", 0),
    ),
    "Biochimie": (
        ("Sodium", 136.0, 145.0, "mmol/l", 0),
        ("Potassium", 3.5, 5.1, "mmol/l", 1),
        ("Créatinine", 59.0, 104.0, "µmol/l", 0),
        ("Glucose à jeun", 0.7, 1.1, "g/l", 2),
        ("Hémoglobine glyquée", 4.0, 6.0, "%", 1),
    ),
    "Bilan lipidique": (
        ("Cholestérol total", 1.2, 2.0, "g/l", 2),
        ("Cholestérol HDL", 0.4, 0.8, "g/l", 2),
        ("Triglycérides", 0.35, 1.5, "g/l", 2),
    ),
    "Marqueurs": (
        ("Protéine C-réactive", 0.0, 5.0, "mg/l", 1),
        ("Troponine T", 0.0, 14.0, "ng/l", 0),
    ),
}


def paragraphs(text: str) -> list[str]:
    return [" ".join(block.split()) for block in text.strip().split("\n\n")]


def sections(text: str) -> list[Section]:
    found: list[tuple[str, list[str | Row]]] = []
    for block in paragraphs(text):
        if block.startswith("# "):
            found.append((block.removeprefix("# "), []))
        else:
            cells = block.split(" | ")
            found[-1][1].append((cells[0], cells[1], cells[2]) if len(cells) == 3 else block)
    return list(found)


def said(text: str, title: str) -> str:
    """The sentences of one section, without its table."""
    return " ".join(line for line in dict(sections(text))[title] if isinstance(line, str))
