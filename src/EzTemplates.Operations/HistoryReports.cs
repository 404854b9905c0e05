namespace EzTemplates.Operations;

/// <param name="By">User, pid and command line.</param>
/// <param name="Action"><c>create</c>, <c>remap</c>, <c>upgrade</c> or <c>rollback</c> of an environment's own history; else the command: <c>build</c>, <c>env remove</c>.</param>
/// <param name="Subject">The environment, or what the command was called with.</param>
/// <param name="Outcome"><c>done</c>, <c>undone</c> (a health check failed), <c>failed</c>, <c>refused</c>, <c>cancelled</c>; of one subject among several also what became of it.</param>
/// <param name="ExitCode">Null for what an environment's history tells.</param>
/// <param name="Message">Why, where it is not done.</param>
public sealed record HistoryRow(DateTimeOffset At, string By, string Action, string Subject, string? From, string? To, string Outcome, int? ExitCode, string? Message);

/// <param name="Rows">Oldest first.</param>
public sealed record HistoryReport(string? Environment, IReadOnlyList<HistoryRow> Rows) : Report("ez.history/1");
