using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary><c>ez history</c>: what the environments' histories tell, and what became of the commands that left no line there.</summary>
public static class CommandHistory
{
    /// <param name="environment">Null: all environments, and commands that have to do with none.</param>
    /// <param name="newest">The last so many; null: all.</param>
    public static HistoryReport Run(Workspace workspace, string? environment, int? newest)
    {
        var known = workspace.Environments.List().Select(summary => summary.Name).ToList();
        var wanted = environment is null ? known : known.Where(name => name.ToString() == EnvironmentName.Parse(environment).ToString()).ToList();
        var mappings = wanted.SelectMany(name => workspace.Environments.History(name).Select(entry => (Name: name.ToString(), Entry: entry))).ToList();

        // A command's own line about an environment says nothing that the environment's does not.
        var told = mappings.Select(mapping => (mapping.Name, mapping.Entry.By)).ToHashSet();
        var commands = CommandLog.Read(workspace.Store.Layout)
            .SelectMany(Rows)
            .Where(row => (environment is null || row.Subject.Split(' ').Contains(environment)) && !(row.Outcome == "done" && told.Contains((row.Subject, row.By))));
        var rows = mappings.Select(mapping => RowOf(mapping.Name, mapping.Entry)).Concat(commands).OrderBy(row => row.At).ToList();
        if (environment is not null && rows.Count == 0)
        {
            throw new EzException(FailureKind.Environment, $"there is no environment `{environment}`, and nothing is known of an earlier one", "ez history shows all there is");
        }

        return new HistoryReport(environment, newest is { } most ? [.. rows.TakeLast(most)] : rows);
    }

    /// <summary>Writes the end of a changing command down. Trouble with that is none of the command's.</summary>
    /// <param name="storeRoot">Null: the default for this user.</param>
    public static void Append(string? storeRoot, CommandEnd end, DateTimeOffset at) => CommandLog.TryAppend(
        new StoreLayout(storeRoot ?? StoreLayout.DefaultRoot),
        new CommandRecord(
            at,
            $"{NamespaceMark.Current?.User ?? Environment.UserName} {LockHolder.Self}",
            end.Command,
            [.. end.Subjects],
            OutcomeOf(end),
            end.ExitCode,
            end.Failure?.Message,
            [.. end.Changes.Select(change => new CommandChange(change.Environment, change.From, change.To, change.Outcome, change.Detail))]));

    private static string OutcomeOf(CommandEnd end) => end switch
    {
        { ExitCode: 0 } => "done",
        { Failure: OperationCanceledException } => "cancelled",
        { Failure: EzException { Kind: FailureKind.Usage or FailureKind.Environment } } => "refused",
        _ => "failed",
    };

    private static IEnumerable<HistoryRow> Rows(CommandRecord record) => record.Changes.IsEmpty
        ? [new HistoryRow(record.At, record.By, record.Command, string.Join(' ', record.Subjects), null, null, record.Outcome, record.ExitCode, record.Message)]
        : record.Changes.Where(change => change.Outcome != "unchanged").Select(change => new HistoryRow(
            record.At, record.By, record.Command, change.Subject, change.From, change.To, WordOf(change.Outcome), record.ExitCode, change.Detail ?? record.Message));

    /// <summary>What became of one of several subjects, in the words that a whole command has.</summary>
    private static string WordOf(string outcome) => outcome is "created" or "remapped" or "upgraded" or "removed" ? "done" : outcome;

    private static HistoryRow RowOf(string name, HistoryEntry entry) => new(
        entry.At, entry.By, entry.Action.ToString().ToLowerInvariant(), name, entry.From?.Template, entry.To.Template, entry.Ok ? "done" : "undone", null, null);
}

/// <param name="Command">Without <c>ez</c>.</param>
/// <param name="Failure">Null where it ended well, or told what went wrong in its report.</param>
/// <param name="Changes">What it did to environments, where it got that far.</param>
public sealed record CommandEnd(string Command, IReadOnlyList<string> Subjects, int ExitCode, Exception? Failure, IReadOnlyList<EnvironmentChange> Changes);
