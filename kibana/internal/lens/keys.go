package lens

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// spelled are the names of members as Kibana spells them. Decoding does not tell
// upper from lower case, but Kibana does.
var spelled = strings.Fields(`
	type id attributes references name coreMigrationVersion typeMigrationVersion
	title description version kibanaSavedObjectMeta searchSourceJSON
	fields fieldAttrs fieldFormatMap runtimeFieldMap sourceFilters timeFieldName typeMeta
	params fieldType colors regex range text background
	columns grid sort hideChart isTextBasedQuery timeRestore query language filter indexRefName highlightAll
	optionsJSON panelsJSON timeFrom timeTo refreshInterval pause value
	useMargins hidePanelTitles syncColors syncCursor syncTooltips
	panelIndex panelRefName gridData x y w h i embeddableConfig enhancements
	visualizationType state adHocDataViews internalReferences filters datasourceStates formBased layers visualization
	columnOrder incompleteColumns label customLabel dataType operationType scale sourceField isBucketed
	emptyAsNull sortField showArrayValues interval includeEmptyRows dropPartials
	size orderBy columnId orderDirection otherBucket missingBucket parentFormat include exclude includeIsRegex excludeIsRegex input
	preferredSeriesType valueLabels legend isVisible position axisTitlesVisibilitySettings yLeft yRight
	layerId layerType seriesType xAccessor splitAccessor accessors yConfig forAccessor color
	rowHeight isTransposed width sorting direction paging enabled metricAccessor`)

// named are the objects whose members have names of our own.
var named = []string{"layers", "columns", "fieldFormatMap"}

// checkKeys looks at the names of all members, also in JSON that is a text.
func checkKeys(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	for d.More() {
		var v any
		if err := d.Decode(&v); err != nil {
			return err
		}
		if err := checkNames(v, false); err != nil {
			return err
		}
	}
	return nil
}

func checkNames(v any, own bool) error {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if err := checkNames(item, false); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, member := range v {
			if !own && !slices.Contains(spelled, name) {
				return fmt.Errorf("no object of Kibana has a member %q", name)
			}
			if text, ok := member.(string); ok && (strings.HasSuffix(name, "JSON") || name == "fieldFormatMap") {
				var inner any
				if err := json.Unmarshal([]byte(text), &inner); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				member = inner
			}
			if err := checkNames(member, slices.Contains(named, name)); err != nil {
				return err
			}
		}
	}
	return nil
}
