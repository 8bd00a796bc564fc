package dialect

// CheckTokens lets the tests outside of the package hold the scanner against encoding/xml.
var CheckTokens = checkTokens
