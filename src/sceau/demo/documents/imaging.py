"""A film as a scanner writes it: DICOM Part 10, one uncompressed frame, with the tags that a viewer shows."""

import io
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

from sceau.demo.documents import pictures
from sceau.demo.documents.people import Doctor, Patient

_SIDE = 900  # pixels of the film's width


def film(patient: Patient, doctor: Doctor, *, at: datetime, seed: int = 1) -> bytes:
    """A chest film of somebody who does not exist; the same octets for the same arguments."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = _uid("image", seed)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _uid("implementation", 0)
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    _describe(dataset, patient, doctor, at, seed)
    _draw(dataset, seed)
    file = io.BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _describe(dataset: FileDataset, patient: Patient, doctor: Doctor, at: datetime, seed: int) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = _uid("study", seed), _uid("series", seed)
    dataset.PatientName = f"{patient.family_name}^{patient.given_name}"
    dataset.PatientID = f"DEMO-{patient.rank:03d}"
    dataset.PatientBirthDate, dataset.PatientSex = f"{patient.born:%Y%m%d}", patient.sex
    dataset.StudyDate, dataset.StudyTime = f"{at:%Y%m%d}", f"{at:%H%M%S}"
    dataset.Modality, dataset.BodyPartExamined, dataset.ViewPosition = "DX", "CHEST", "PA"
    dataset.StudyDescription = "Radiographie du thorax de face (démonstration)"
    dataset.InstitutionName, dataset.ReferringPhysicianName = (
        doctor.structure,
        f"{doctor.family_name}^{doctor.given_name}",
    )
    dataset.InstanceNumber, dataset.SeriesNumber, dataset.StudyID, dataset.AccessionNumber = 1, 1, "1", f"D{seed:06d}"


def _draw(dataset: FileDataset, seed: int) -> None:
    with Image.open(io.BytesIO(pictures.chest_film(seed, width=_SIDE))) as picture:
        grey = picture.convert("L")
    dataset.Columns, dataset.Rows = grey.size
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    dataset.WindowCenter, dataset.WindowWidth = 128, 256
    dataset.PixelSpacing = [0.4, 0.4]
    octets = grey.tobytes()
    dataset.PixelData = octets + bytes(len(octets) % 2)


def _uid(kind: str, number: int) -> UID:
    """Under 2.25, where a UUID needs no registration (PS3.5 B.2)."""
    return UID(f"2.25.{uuid5(NAMESPACE_OID, f'sceau demonstration {kind} {number}').int}")
