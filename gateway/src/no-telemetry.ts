/**
 * Imported before anything of Apollo's: its gateway reads the variable when it is made and would phone home
 * without it. The gateway reports to nobody but its operator.
 */
process.env.APOLLO_TELEMETRY_DISABLED = '1';
