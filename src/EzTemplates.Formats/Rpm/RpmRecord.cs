using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>One entry of a package's dependencies; a name that starts with <c>(</c> is a rich dependency.</summary>
public readonly record struct RpmEntry(string Name, VersionRelation Relation = VersionRelation.Any, string Version = "")
{
    /// <summary>Reads <c>name</c>, <c>name &gt;= version</c> or a rich dependency.</summary>
    /// <exception cref="FormatException">Neither.</exception>
    public static RpmEntry Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith('('))
        {
            return new RpmEntry(text);
        }

        return text.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [var name] => new RpmEntry(name),
            [var name, var sign, var version] when RichDependencyReader.TryRelation(sign, out var relation) => new RpmEntry(name, relation, version),
            _ => throw new FormatException($"`{text}` is not a dependency"),
        };
    }
}

/// <summary>
/// A package as its repository's metadata states it. Reused by the reader from package to package; whoever keeps something copies it.
/// </summary>
public sealed class RpmRecord
{
    public string Name { get; set; } = "";

    public string Architecture { get; set; } = "";

    /// <summary>Empty or zeros where there is none.</summary>
    public string Epoch { get; set; } = "";

    public string Version { get; set; } = "";

    public string Release { get; set; } = "";

    /// <summary>Of the package file; also what other metadata calls the package by.</summary>
    public StatedDigest? Digest { get; set; }

    public long Size { get; set; }

    public long InstalledSize { get; set; }

    /// <summary>Below the repository's root.</summary>
    public string Path { get; set; } = "";

    public List<(RpmDependencyKind Kind, RpmEntry Entry)> Dependencies { get; } = [];

    public List<RpmEntry> Provides { get; } = [];

    /// <summary>The files that the metadata lists, directories and ghosts among them.</summary>
    public List<string> Files { get; } = [];

    /// <summary>What is wrong with it, as far as a reader noticed; it is then set aside.</summary>
    public string? Problem { get; set; }

    /// <summary><c>epoch:version-release</c>, without an epoch of 0.</summary>
    public static string Evr(string epoch, string version, string? release)
    {
        var text = release is null ? version : $"{version}-{release}";
        return epoch.AsSpan().Trim('0').IsEmpty ? text : $"{epoch}:{text}";
    }

    public void Clear()
    {
        (Name, Architecture, Epoch, Version, Release, Path) = ("", "", "", "", "", "");
        (Digest, Size, InstalledSize, Problem) = (null, 0, 0, null);
        Dependencies.Clear();
        Provides.Clear();
        Files.Clear();
    }
}

/// <summary>A record of a repository's metadata that was set aside, and why: the rest of the repository is usable.</summary>
/// <param name="Record">What it is about: <c>package 12 (`nginx`)</c>.</param>
public sealed record MetadataWarning(string File, string Record, string Reason)
{
    public override string ToString() => $"`{File}`: {Record} is set aside: {Reason}";
}
