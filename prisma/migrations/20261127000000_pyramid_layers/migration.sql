-- What offerings show of vector pyramids, before layers of tiles told of their pixels and styles.
UPDATE offering
SET publication = publication || '{"pixels": null, "styles": [], "featureInfo": null}'
FROM configuration
WHERE configuration.id = offering.configuration_id AND configuration.type = 'WMTS-TMS' AND publication IS NOT NULL;
