namespace EzTemplates.Domain.Merging;

/// <summary>
/// /var/lib/dpkg/status: a stanza a package, sorted. The files of a package are one side's, so what both sides changed can only be merged
/// where they agree on the version: a hold that an administrator set goes with the new version's stanza.
/// </summary>
internal sealed class DpkgStatus : StanzaFormat
{
    private const string Status = "Status";
    private const string Version = "Version";

    protected override RecordOrder Order => RecordOrder.Sorted;

    protected override string? KeyOf(Stanza stanza) => stanza.Value(Status).Split(' ').Length == 3 ? PackageOf(stanza) : null;

    protected override string? Resolve(ThreeRecords record, List<MergeConflict> conflicts)
    {
        var (old, own, next) = (TryParse(record.Old), TryParse(record.Private), TryParse(record.Next));
        var package = record.Key.Replace(' ', ':');
        if (own is null || !IsThere(own))
        {
            if (own is not null && next is not null && old is null && !IsThere(next))
            {
                return record.Private;
            }

            conflicts.Add(new MergeConflict($"package `{package}` was removed in the environment, and the new version has {Shown(next)}", $"apt-get install {package}"));
            return null;
        }

        if (next is null)
        {
            return Drop(package, old!, own, conflicts);
        }

        if (own.Value(Version) != next.Value(Version) && own.Value(Version) != old?.Value(Version))
        {
            conflicts.Add(old is null
                ? new MergeConflict($"package `{package}` is {Shown(own)} in the environment, which installed it itself, and {Shown(next)} in the new version", $"apt-get remove {package}")
                : new MergeConflict(
                    $"package `{package}` was upgraded from {Shown(old)} to {Shown(own)} in the environment, and is {Shown(next)} in the new version",
                    $"apt-get install --allow-downgrades {package}={old.Value(Version)}"));
            return record.Private;
        }

        // The version is the same, so the text of it is no matter; what the environment wants of the package is its own.
        return Stanza.Merge(old, own, next, (name, texts) => name == Status || name.StartsWith("Triggers-", StringComparison.Ordinal) ? texts.Private : texts.Next).ToString();
    }

    /// <summary>What the new version does not have any more.</summary>
    private static string? Drop(string package, Stanza old, Stanza own, List<MergeConflict> conflicts)
    {
        if (own.Value(Version) != old.Value(Version))
        {
            conflicts.Add(new MergeConflict(
                $"package `{package}` was upgraded from {Shown(old)} to {Shown(own)} in the environment, and the new version does not have it any more", $"apt-get remove {package}"));
        }

        return null;
    }

    private static Stanza? TryParse(string? text) => text is null ? null : Stanza.Parse(text);

    /// <summary>deb-triggers(5): what waits for a trigger is installed.</summary>
    private static bool IsThere(Stanza stanza) => stanza.Value(Status).Split(' ')[2] is "installed" or "triggers-awaited" or "triggers-pending";

    private static string Shown(Stanza? stanza) => stanza is null ? "it no more" : IsThere(stanza) ? TreePath.Display(stanza.Value(Version)) : $"`{TreePath.Display(stanza.Value(Status))}`";
}

/// <summary>/var/lib/apt/extended_states: which packages came along. What the environment marked stands.</summary>
internal sealed class ExtendedStates : StanzaFormat
{
    protected override string? KeyOf(Stanza stanza) => PackageOf(stanza);

    protected override string? Resolve(ThreeRecords record, List<MergeConflict> conflicts) => record.Private;
}

/// <summary>
/// debconf's databases: a stanza a question or template, sorted. Answers are the environment's, as its files below /etc are; a question's
/// wording is the new version's.
/// </summary>
/// <param name="ofBoth">Which side's text stands where both changed it.</param>
internal sealed class DebconfDatabase(DebconfSide ofBoth) : StanzaFormat
{
    private const string Owners = "Owners";

    protected override RecordOrder Order => RecordOrder.Sorted;

    protected override string? KeyOf(Stanza stanza) => stanza.Value("Name") is { Length: > 0 } name ? name : null;

    protected override string? Resolve(ThreeRecords record, List<MergeConflict> conflicts)
    {
        if (record.Private is null)
        {
            return null;
        }

        var (old, own) = (record.Old is null ? null : Stanza.Parse(record.Old), Stanza.Parse(record.Private));
        var next = record.Next is null ? own : Stanza.Parse(record.Next);
        var owners = MemberSet.Merge(old?.Find(Owners), own.Find(Owners), record.Next is null ? "" : next.Find(Owners), ", ");
        if (owners.Length == 0)
        {
            return null;
        }

        var merged = Stanza.Merge(old, own, next, (_, texts) => ofBoth == DebconfSide.Private ? texts.Private : texts.Next);
        return new Stanza([.. merged.Fields.Select(field => field.Name == Owners ? (Owners, " " + owners) : field)]).ToString();
    }
}

internal enum DebconfSide
{
    Private,
    Next,
}
