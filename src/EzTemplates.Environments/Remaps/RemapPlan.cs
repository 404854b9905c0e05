using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>What a remap would do; nothing has been done.</summary>
/// <param name="Conflicts">Private copies of whole-state files that would have to be merged: not empty means refused.</param>
/// <param name="Dropped">Private copies that are still the old version's, and make way for the new one's.</param>
/// <param name="Users">Processes that live in the view now.</param>
public sealed record RemapPlan(
    EnvironmentName Environment, Mapping From, Mapping To, ImmutableArray<TreePath> Conflicts, ImmutableArray<TreePath> Dropped, ImmutableArray<int> Users)
{
    public bool ChangesNothing => From == To;

    /// <summary>Each of <see cref="Users"/> with its command's name.</summary>
    public IEnumerable<string> UserNames => Users.Select(ViewUsers.Describe);

    internal static EzException Refusal(EnvironmentName name, Mapping to, ImmutableArray<TreePath> conflicts) => new(
        FailureKind.Environment,
        $"environment `{name}` has its own copies of files that `{to.Template}` changes as well: {string.Join(", ", conflicts.Select(path => $"`{path}`"))}",
        $"make the same change in a new environment (ez env create), or remove those files in `{name}` and remap again");
}

public sealed record RemapOptions
{
    public static RemapOptions Default { get; } = new();

    /// <summary>What the history calls it.</summary>
    public MappingAction Action { get; init; } = MappingAction.Remap;

    public WhenBusy WhenBusy { get; init; } = WhenBusy.Fail;
}
