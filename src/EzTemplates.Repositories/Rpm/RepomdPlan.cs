using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>Which files of a repomd.xml a snapshot needs, each in the form that is cheapest to fetch.</summary>
internal static class RepomdPlan
{
    private const string Zchunk = ".zck";

    /// <summary>The types of repomd.xml that have each kind, the preferred first: comps.xml is plain in the oldest of its types.</summary>
    private static readonly (RpmIndexKind Kind, string[] Types)[] Kinds =
    [
        (RpmIndexKind.Primary, ["primary"]),
        (RpmIndexKind.Filelists, ["filelists"]),
        (RpmIndexKind.Groups, ["group_xz", "group_zst", "group_gz", "group"]),
        (RpmIndexKind.Modules, ["modules"]),
        (RpmIndexKind.Advisories, ["updateinfo"]),
    ];

    /// <exception cref="EzException">It lacks the list of packages, or has a file only in a form that is not read.</exception>
    public static ImmutableArray<RpmIndex> Of(Repomd repomd, MetadataFolder folder, string repository, string subject)
    {
        var indexes = ImmutableArray.CreateBuilder<RpmIndex>();
        foreach (var (kind, types) in Kinds)
        {
            var files = types.SelectMany(type => repomd.Files.Where(file => file.Type == type)).ToList();
            if (files.Find(IsReadable) is { } file)
            {
                indexes.Add(new RpmIndex(kind, file, folder.IndexPath(file.Sha256!.Value)));
            }
            else if (files.Count > 0 || repomd.Files.Any(f => types.Any(type => f.Type == type + "_zck")))
            {
                throw Refuse(files.FirstOrDefault() ?? repomd.Files.First(f => types.Any(type => f.Type == type + "_zck")), repository, subject);
            }
            else if (kind == RpmIndexKind.Primary)
            {
                throw new EzException(FailureKind.Untrusted, $"`{subject}` names no list of packages (`primary`)", "tell the repository's maintainers: `createrepo_c` makes one");
            }
        }

        return indexes.ToImmutable();
    }

    private static bool IsReadable(RepomdFile file) => file is { Sha256: not null, Size: not null } && !IsZchunk(file);

    private static bool IsZchunk(RepomdFile file) => file.Path.EndsWith(Zchunk, StringComparison.Ordinal) || file.Type.EndsWith("_zck", StringComparison.Ordinal);

    private static EzException Refuse(RepomdFile file, string repository, string subject) =>
        IsZchunk(file)
            ? new EzException(
                FailureKind.Usage,
                $"repository `{repository}` has `{file.Path}` in zchunk form only, which this version does not read",
                "`createrepo_c` without `--zck-primary-dict` writes forms that can be read; distributions' mirrors have them")
            : new EzException(
                FailureKind.Untrusted,
                $"`{subject}` does not give `{file.Path}` {(file.Sha256 is null ? "a SHA-256 checksum" : "a size")}",
                "tell the repository's maintainers: `createrepo_c --checksum sha256`");
}
