using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>The words for changes of files, and their counts.</summary>
internal static class FileChanges
{
    public const string Added = "added";
    public const string Changed = "changed";
    public const string Metadata = "metadata";
    public const string Removed = "removed";

    private static readonly ChangedParts[] All = Enum.GetValues<ChangedParts>()[1..];

    public static string NameOf(PrivateChangeKind kind) => kind switch
    {
        PrivateChangeKind.Added => Added,
        PrivateChangeKind.Changed => Changed,
        PrivateChangeKind.Metadata => Metadata,
        PrivateChangeKind.Removed => Removed,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static IReadOnlyList<string> NamesOf(ChangedParts parts) =>
        parts == ChangedParts.None ? [] : [.. All.Where(part => parts.HasFlag(part)).Select(part => part.ToString().ToLowerInvariant())];

    public static void Count(FileChangeTotals totals, FileChangeRow row)
    {
        switch (row.Change)
        {
            case Added:
                totals.Added++;
                totals.Bytes += row.Bytes ?? 0;
                break;
            case Changed:
                totals.Changed++;
                totals.Bytes += row.Bytes ?? 0;
                break;
            case Metadata:
                totals.Metadata++;
                break;
            default:
                totals.Removed++;
                break;
        }

        if (row.Package is { } package)
        {
            totals.Packages[package] = totals.Packages.GetValueOrDefault(package) + 1;
        }
    }
}
