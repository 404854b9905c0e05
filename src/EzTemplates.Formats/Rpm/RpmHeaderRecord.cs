using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>
/// What a package's own header says of it, as its repository's metadata would: for packages that no repository has any more. Suggests and
/// Enhances only order choices, and are left out.
/// </summary>
public static class RpmHeaderRecord
{
    // Of rpm's include/rpm/rpmds.h.
    private const ulong Less = 1 << 1;
    private const ulong Greater = 1 << 2;
    private const ulong Equal = 1 << 3;
    private const ulong BeforeInstalling = (1 << 6) | (1 << 9) | (1 << 10);

    // A header says more of each file than its path: only one that is made up has many short names in one long folder.
    private const long PathBytesOfByte = 4;
    private const string OfRpmItself = "rpmlib(";

    private static readonly (RpmDependencyKind Kind, RpmField Names, RpmField Versions, RpmField Flags)[] Kinds =
    [
        (RpmDependencyKind.Requires, RpmField.RequireNames, RpmField.RequireVersions, RpmField.RequireFlags),
        (RpmDependencyKind.Recommends, RpmField.RecommendNames, RpmField.RecommendVersions, RpmField.RecommendFlags),
        (RpmDependencyKind.Supplements, RpmField.SupplementNames, RpmField.SupplementVersions, RpmField.SupplementFlags),
        (RpmDependencyKind.Conflicts, RpmField.ConflictNames, RpmField.ConflictVersions, RpmField.ConflictFlags),
        (RpmDependencyKind.Obsoletes, RpmField.ObsoleteNames, RpmField.ObsoleteVersions, RpmField.ObsoleteFlags),
    ];

    /// <param name="archive">Where the package's file is and what it is: the header does not say.</param>
    /// <exception cref="MalformedArchiveException">A field has another type than it must, or the paths are many times as long as the header.</exception>
    public static RpmRecord Of(RpmHeader header, ArchiveFacts archive)
    {
        ArgumentNullException.ThrowIfNull(header);
        var record = new RpmRecord
        {
            Name = header.Text(RpmField.PackageName) ?? "",
            Version = header.Text(RpmField.Version) ?? "",
            Release = header.Text(RpmField.Release) ?? "",
            Epoch = header.Count(RpmField.Epoch) > 0 ? header.Numbers(RpmField.Epoch)[0].ToString(System.Globalization.CultureInfo.InvariantCulture) : "",
            Architecture = header.Text(RpmField.Architecture) ?? "",
            Path = archive.Path,
            Size = archive.Size,
            Digest = archive.Sha256,
        };
        foreach (var (kind, names, versions, flags) in Kinds)
        {
            foreach (var (entry, sense) in Entries(header, names, versions, flags).Where(e => !e.Entry.Name.StartsWith(OfRpmItself, StringComparison.Ordinal)))
            {
                record.Dependencies.Add((kind == RpmDependencyKind.Requires && (sense & BeforeInstalling) != 0 ? RpmDependencyKind.PreRequires : kind, entry));
            }
        }

        record.Provides.AddRange(Entries(header, RpmField.ProvideNames, RpmField.ProvideVersions, RpmField.ProvideFlags).Select(e => e.Entry));
        record.Files.AddRange(Files(header));
        return record;
    }

    private static List<(RpmEntry Entry, ulong Sense)> Entries(RpmHeader header, RpmField names, RpmField versions, RpmField flags)
    {
        var (texts, bounds, senses) = (header.Texts(names), header.Texts(versions), header.Numbers(flags));
        var entries = new List<(RpmEntry Entry, ulong Sense)>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            var (name, bound, sense) = (Text(texts.Next()), i < bounds.Count ? Text(bounds.Next()) : "", i < senses.Count ? senses[i] : 0);
            var relation = bound == "" ? VersionRelation.Any : RelationOf(sense);
            entries.Add((new RpmEntry(name, relation, relation == VersionRelation.Any ? "" : WithoutZero(bound)), sense));
        }

        return entries;
    }

    private static IEnumerable<string> Files(RpmHeader header)
    {
        var usual = new RpmReadOptions { FileName = "" };
        var paths = new RpmFilePaths(header, usual with { MaxNameBytes = Math.Min(usual.MaxNameBytes, header.Bytes.Length * PathBytesOfByte) });
        var at = new ArchivePosition();
        for (var i = 0; i < paths.Count; i++)
        {
            yield return "/" + Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(paths.Next(at).Latin1)).TrimStart('/');
        }
    }

    private static VersionRelation RelationOf(ulong sense) => (sense & (Less | Greater | Equal)) switch
    {
        Less => VersionRelation.Less,
        Less | Equal => VersionRelation.LessOrEqual,
        Equal => VersionRelation.Equal,
        Greater | Equal => VersionRelation.GreaterOrEqual,
        Greater => VersionRelation.Greater,
        _ => VersionRelation.Any,
    };

    /// <summary>As metadata writes it: an epoch of 0 is none.</summary>
    private static string WithoutZero(string version) => version.StartsWith("0:", StringComparison.Ordinal) ? version[2..] : version;

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
