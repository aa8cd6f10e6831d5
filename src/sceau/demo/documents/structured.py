"""A small CDA R2 document as French software exchanges it: header of the CI-SIS, body of level 3.

The header holds what `structuration minimale` asks for; each section has its narrative, and the
measures also stand as coded observations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5
from xml.sax.saxutils import escape, quoteattr

from sceau.demo.documents.people import Doctor, Patient

_LOINC = 'codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC"'
_TEST_INS = "1.2.250.1.213.1.4.10"


@dataclass(frozen=True, slots=True)
class Measure:
    code: str  # LOINC
    name: str
    value: str
    unit: str  # UCUM


@dataclass(frozen=True, slots=True)
class Section:
    code: str  # LOINC
    title: str
    text: str
    measures: Sequence[Measure] = ()


def document(doctor: Doctor, patient: Patient, to: Doctor, sections: Sequence[Section], *, at: datetime) -> bytes:
    """A consultation report (LOINC 11488-4), version 1, in UTF-8. `at` carries its zone."""
    identifier = uuid5(NAMESPACE_OID, f"{doctor.rpps} {patient.ins} {at.isoformat()}").int
    body = "\n".join(f"<component>{_section(number, each)}</component>" for number, each in enumerate(sections, 1))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
{_header(at, f"2.25.{identifier}")}
{_patient(patient)}
{_author(doctor, at)}
{_custodian(doctor)}
{_recipient(to)}
{_authenticator(doctor, at)}
{_act(doctor, at)}
<component><structuredBody>
{body}
</structuredBody></component>
</ClinicalDocument>
""".encode()


def _header(at: datetime, identifier: str) -> str:
    return f"""<realmCode code="FR"/>
<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
<templateId root="2.16.840.1.113883.2.8.2.1"/>
<templateId root="1.2.250.1.213.1.1.1.1"/>
<id root="{identifier}"/>
<code code="11488-4" displayName="CR ou fiche de consultation ou de visite" {_LOINC}/>
<title>Compte rendu de consultation de cardiologie</title>
<effectiveTime value="{_time(at)}"/>
<confidentialityCode code="N" displayName="Normal" codeSystem="2.16.840.1.113883.5.25"/>
<languageCode code="fr-FR"/>
<setId root="{identifier}.1"/>
<versionNumber value="1"/>"""


def _patient(patient: Patient) -> str:
    gender = "Masculin" if patient.sex == "M" else "Féminin"
    family, given = escape(patient.family_name), escape(patient.given_name)
    return f"""<recordTarget><patientRole>
<id root="{_TEST_INS}" extension="{patient.ins}"/>
<addr nullFlavor="NASK"/>
<telecom nullFlavor="NASK"/>
<patient classCode="PSN">
<name><family qualifier="BR">{family}</family><given>{given}</given><given qualifier="BR">{given}</given></name>
<administrativeGenderCode code="{patient.sex}" displayName="{gender}" codeSystem="2.16.840.1.113883.5.1"/>
<birthTime value="{patient.born:%Y%m%d}"/>
<birthplace><place><addr><county>{patient.birthplace_code}</county><city>{escape(patient.birthplace)}</city></addr>
</place></birthplace>
</patient>
</patientRole></recordTarget>"""


def _author(doctor: Doctor, at: datetime) -> str:
    return f"""<author>
<time value="{_time(at)}"/>
<assignedAuthor classCode="ASSIGNED">
{_rpps(doctor)}
<code code="{doctor.specialty_code}" displayName={quoteattr(doctor.specialty)} codeSystem="1.2.250.1.213.1.1.4.5"/>
{_address(doctor)}
<telecom value="tel:{doctor.phone.replace(" ", "")}" use="WP"/>
<assignedPerson>{_name(doctor)}</assignedPerson>
<representedOrganization>{_organisation(doctor)}</representedOrganization>
</assignedAuthor>
</author>"""


def _custodian(doctor: Doctor) -> str:
    return f"""<custodian><assignedCustodian>
<representedCustodianOrganization>{_organisation(doctor)}</representedCustodianOrganization>
</assignedCustodian></custodian>"""


def _recipient(doctor: Doctor) -> str:
    return f"""<informationRecipient><intendedRecipient>
{_rpps(doctor)}
<informationRecipient>{_name(doctor)}</informationRecipient>
<receivedOrganization>{_organisation(doctor)}</receivedOrganization>
</intendedRecipient></informationRecipient>"""


def _authenticator(doctor: Doctor, at: datetime) -> str:
    return f"""<legalAuthenticator>
<time value="{_time(at)}"/>
<signatureCode code="S"/>
<assignedEntity>
{_rpps(doctor)}
<assignedPerson>{_name(doctor)}</assignedPerson>
<representedOrganization>{_organisation(doctor)}</representedOrganization>
</assignedEntity>
</legalAuthenticator>"""


def _act(doctor: Doctor, at: datetime) -> str:
    return f"""<documentationOf><serviceEvent classCode="ACT" moodCode="EVN">
<code code="AMB" displayName="Ambulatoire" codeSystem="2.16.840.1.113883.5.4"/>
<effectiveTime><low value="{_time(at)}"/></effectiveTime>
<performer typeCode="PRF"><assignedEntity>
{_rpps(doctor)}
<assignedPerson>{_name(doctor)}</assignedPerson>
</assignedEntity></performer>
</serviceEvent></documentationOf>
<componentOf><encompassingEncounter>
<effectiveTime><low value="{_time(at)}"/></effectiveTime>
<location><healthCareFacility>
<code code="SA01" displayName="Etablissement public de santé" codeSystem="1.2.250.1.71.4.2.4"/>
</healthCareFacility></location>
</encompassingEncounter></componentOf>"""


def _section(number: int, section: Section) -> str:
    rows = "".join(
        f'<tr><td>{escape(each.name)}</td><td ID="mesure-{number}-{line}">{each.value} {escape(each.unit)}</td></tr>'
        for line, each in enumerate(section.measures, 1)
    )
    table = f"<table><thead><tr><th>Mesure</th><th>Valeur</th></tr></thead><tbody>{rows}</tbody></table>"
    entries = "\n".join(_observation(number, line, each) for line, each in enumerate(section.measures, 1))
    return f"""<section>
<code code="{section.code}" displayName={quoteattr(section.title)} {_LOINC}/>
<title>{escape(section.title)}</title>
<text><paragraph>{escape(section.text)}</paragraph>{table if rows else ""}</text>
{entries}
</section>"""


def _observation(number: int, line: int, measure: Measure) -> str:
    return f"""<entry><observation classCode="OBS" moodCode="EVN">
<code code="{measure.code}" displayName={quoteattr(measure.name)} {_LOINC}/>
<text><reference value="#mesure-{number}-{line}"/></text>
<statusCode code="completed"/>
<value xsi:type="PQ" value="{measure.value}" unit={quoteattr(measure.unit)}/>
</observation></entry>"""


def _rpps(doctor: Doctor) -> str:
    return f'<id root="1.2.250.1.71.4.2.1" extension="8{doctor.rpps}"/>'  # 8 says: an RPPS number follows


def _name(doctor: Doctor) -> str:
    given, family = escape(doctor.given_name), escape(doctor.family_name.upper())
    return f"<name><given>{given}</given><family>{family}</family><suffix>{doctor.title.upper()}</suffix></name>"


def _organisation(doctor: Doctor) -> str:
    finess = f'<id root="1.2.250.1.71.4.2.2" extension="1{doctor.finess}"/>'  # 1 says: a FINESS number follows
    return f"{finess}<name>{escape(doctor.structure)}</name>"


def _address(doctor: Doctor) -> str:
    street = f"<streetAddressLine>{escape(doctor.street)}</streetAddressLine>"
    return f"<addr>{street}<postalCode>{doctor.postcode}</postalCode><city>{escape(doctor.city)}</city></addr>"


def _time(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S%z}"
