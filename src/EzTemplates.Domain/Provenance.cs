using System.Collections.Immutable;

namespace EzTemplates.Domain;

/// <summary>A package as a provenance names it.</summary>
public sealed record ProvenancePackage(string Name, string Version, string Architecture)
{
    public override string ToString() => $"{Name} {Version} ({Architecture})";
}

/// <summary>Something worth knowing about a path, such as packages that disagree about a directory's mode.</summary>
public sealed record ProvenanceNote(TreePath Path, string Text);

/// <summary>A configuration file by its package's <c>conffiles</c>; <paramref name="Package"/> is an index into the packages.</summary>
public sealed record ConfigurationFile(TreePath Path, int Package);

/// <summary>What a script did to a path, as far as the path shows it in the end.</summary>
public enum ScriptAct
{
    Made,
    Changed,
}

/// <summary>
/// That a maintainer script made a path, or changed what there was. <paramref name="Package"/> is an index into the packages, or -1
/// where it was a script of one of several and cannot be told which.
/// </summary>
public sealed record ScriptWork(TreePath Path, int Package, ScriptAct Act);

/// <summary>
/// Where a manifest's paths come from. It stands beside the manifest, outside its digest, and is of use only with that manifest.
/// </summary>
public sealed record Provenance
{
    /// <summary>In configure order.</summary>
    public required ImmutableArray<ProvenancePackage> Packages { get; init; }

    /// <summary>One number an entry of the manifest, in its order: an index into <see cref="Packages"/>, or -1 for what no package has.</summary>
    public required ImmutableArray<int> PackageOfEntry { get; init; }

    /// <summary>Sorted by path.</summary>
    public ImmutableArray<ProvenanceNote> Notes { get; init; } = [];

    /// <summary>Sorted by path, then package.</summary>
    public ImmutableArray<ConfigurationFile> ConfigurationFiles { get; init; } = [];

    /// <summary>Sorted by path; of one path in the order in which the packages were configured, layer by layer, in each the last only.</summary>
    public ImmutableArray<ScriptWork> Scripts { get; init; } = [];

    /// <summary>With the packages of a layer above after these, and what that says of its paths; which entries are whose is not told.</summary>
    public Provenance Followed(Provenance above)
    {
        ArgumentNullException.ThrowIfNull(above);
        return this with
        {
            Packages = [.. Packages, .. above.Packages],
            Notes = [.. Notes.Concat(above.Notes).OrderBy(note => note.Path)],
            ConfigurationFiles =
            [
                .. ConfigurationFiles.Concat(above.ConfigurationFiles.Select(file => file with { Package = file.Package + Packages.Length }))
                    .OrderBy(file => file.Path).ThenBy(file => file.Package),
            ],
        };
    }
}
