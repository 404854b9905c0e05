using System.Collections.Immutable;
using System.Text.RegularExpressions;
using EzTemplates.Domain;
using EzTemplates.Domain.Merging;

namespace EzTemplates.Environments;

/// <summary>What a remap would do; nothing has been done.</summary>
/// <param name="Paths">Private paths that it has to do with, sorted; what is kept and the new version does not touch is only counted.</param>
/// <param name="Kept">How many those are.</param>
/// <param name="Users">Processes that live in the view now.</param>
public sealed partial record RemapPlan(EnvironmentName Environment, Mapping From, Mapping To, ImmutableArray<RemapPath> Paths, int Kept, ImmutableArray<int> Users)
{
    public bool ChangesNothing => From == To;

    /// <summary>Whether a remap would be refused.</summary>
    public bool HasConflicts => Paths.Any(path => path.Action == RemapAction.Conflict);

    /// <summary>Each of <see cref="Users"/> with its command's name.</summary>
    public IEnumerable<string> UserNames => Users.Select(ViewUsers.Describe);

    internal static EzException Refusal(EnvironmentName name, Mapping to, ImmutableArray<(TreePath Path, MergeConflict Conflict)> conflicts)
    {
        var command = conflicts.Select(conflict => conflict.Conflict.Hint).FirstOrDefault(hint => hint is not null && IsPlain(hint));
        return new EzException(
            FailureKind.Environment,
            $"environment `{name}` cannot move to `{to.Template}`, and nothing was changed: {string.Join("; ", conflicts.Select(conflict => $"`{conflict.Path}`: {conflict.Conflict.Problem}"))}",
            (command is null ? $"make those files agree in `{name}`" : $"ez env exec {name} -- {command}") + ", and remap again; or make the same changes in a new environment (ez env create)");
    }

    /// <summary>A hint is pasted into a shell of the host, and has names that somebody inside may have made up: it is plain words, or such as stand in single quotes.</summary>
    private static bool IsPlain(string command) => PlainCommand().IsMatch(command);

    [GeneratedRegex(@"^(?:[A-Za-z0-9 +._:^~=/@%,-]|'[ -&(-~]{0,300}'){1,300}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainCommand();
}

public sealed record RemapOptions
{
    public static RemapOptions Default { get; } = new();

    /// <summary>What the history calls it.</summary>
    public MappingAction Action { get; init; } = MappingAction.Remap;

    public WhenBusy WhenBusy { get; init; } = WhenBusy.Fail;
}
