-- Nearly all records are of one endpoint: its index found nothing, and kept searches from those of words and extents.

DROP INDEX catalogue_record_endpoint_id_idx;
