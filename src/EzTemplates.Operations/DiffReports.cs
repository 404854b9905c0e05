using System.Text.Json.Serialization;

namespace EzTemplates.Operations;

/// <param name="Change"><c>added</c>, <c>changed</c> (type, content, link target, device), <c>metadata</c> (nothing but these) or <c>removed</c>.</param>
/// <param name="Parts">What differs: <c>type content target device mode owner time attributes</c>; empty for what was added or removed.</param>
/// <param name="Package">The version's package that has the path; null where it is not known or there is none.</param>
/// <param name="Bytes">Of a file's content now; null for everything else, and for what was removed.</param>
public sealed record FileChangeRow(string Path, string Change, IReadOnlyList<string> Parts, string? Package, long? Bytes);

/// <summary>Counts of rows. Complete when the rows have been gone through, which are made while they are printed.</summary>
public sealed class FileChangeTotals
{
    public int Added { get; set; }

    public int Changed { get; set; }

    public int Metadata { get; set; }

    public int Removed { get; set; }

    /// <summary>Bytes of the files that were added or changed.</summary>
    public long Bytes { get; set; }

    /// <summary>Private copies in which nothing differs; they are no rows.</summary>
    public int SameCopies { get; set; }

    public long SameCopyBytes { get; set; }

    /// <summary>How many rows each package has; what belongs to none is left out.</summary>
    public SortedDictionary<string, int> Packages { get; } = new(StringComparer.Ordinal);
}

/// <param name="Changes">Sorted by the paths' raw bytes. Made while it is enumerated, so that a large private area needs no memory.</param>
/// <param name="Totals">After the changes.</param>
public sealed record EnvironmentDiffReport(
    string Environment,
    string Version,
    IEnumerable<FileChangeRow> Changes,
    [property: JsonPropertyOrder(1)] FileChangeTotals Totals) : Report("ez.environment-diff/1");

/// <param name="MadeOn">The version that the environment was on when the private file was made.</param>
public sealed record ShadowRow(string Path, string MadeOn, string? Package);

/// <param name="Shadows">Private files that hide a newer file of the template.</param>
public sealed record ShadowsReport(string Environment, string Version, IReadOnlyList<ShadowRow> Shadows) : Report("ez.environment-shadows/1");

/// <param name="From">Null for an added package.</param>
/// <param name="To">Null for a removed one.</param>
public sealed record PackageChangeRow(string Name, string Architecture, string? From, string? To);

/// <param name="Bytes">Of all its files.</param>
public sealed record TemplateSide(string Template, string Version, string Manifest, int Packages, int Files, long Bytes);

/// <param name="NewBytes">Bytes of contents that only the second has: what the store holds for it beside the first.</param>
/// <param name="GoneBytes">Bytes of contents that only the first has.</param>
/// <param name="Totals">Counts of paths.</param>
/// <param name="Files">With <c>--files</c>; null else.</param>
public sealed record TemplateDiffReport(
    TemplateSide From,
    TemplateSide To,
    IReadOnlyList<PackageChangeRow> Packages,
    long NewBytes,
    long GoneBytes,
    FileChangeTotals Totals,
    IReadOnlyList<FileChangeRow>? Files) : Report("ez.template-diff/1");
