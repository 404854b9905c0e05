using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>A file that a snapshot needs, in the forms in which repomd.xml lists it, the cheapest to fetch first.</summary>
internal sealed record RpmIndexPlan(RpmIndexKind Kind, ImmutableArray<RepomdFile> Forms)
{
    /// <summary>The first form that was not found missing.</summary>
    /// <param name="missing">Paths.</param>
    public RepomdFile? Choose(IReadOnlySet<string> missing) => Forms.FirstOrDefault(form => !missing.Contains(form.Path));
}

/// <summary>Which files of a repomd.xml a snapshot needs.</summary>
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
    public static ImmutableArray<RpmIndexPlan> Of(Repomd repomd, string repository, string subject)
    {
        var plans = ImmutableArray.CreateBuilder<RpmIndexPlan>();
        foreach (var (kind, types) in Kinds)
        {
            var files = types.SelectMany(type => repomd.Files.Where(file => file.Type == type)).ToList();
            if (files.FindAll(IsReadable) is { Count: > 0 } readable)
            {
                plans.Add(new RpmIndexPlan(kind, [.. readable]));
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

        return plans.ToImmutable();
    }

    private static bool IsReadable(RepomdFile file) => file is { Digest: not null, Size: not null } && !IsZchunk(file) && LargestSize(file) <= PromisedStream.MostBytes;

    private static long LargestSize(RepomdFile file) => Math.Max(file.Size ?? 0, file.OpenSize ?? 0);

    private static bool IsZchunk(RepomdFile file) => file.Path.EndsWith(Zchunk, StringComparison.Ordinal) || file.Type.EndsWith("_zck", StringComparison.Ordinal);

    private static EzException Refuse(RepomdFile file, string repository, string subject) =>
        IsZchunk(file)
            ? new EzException(
                FailureKind.Usage,
                $"repository `{repository}` has `{file.Path}` in zchunk form only, which this version does not read",
                "`createrepo_c` without `--zck-primary-dict` writes forms that can be read; distributions' mirrors have them")
            : file is { Digest: not null, Size: not null }
            ? new EzException(
                FailureKind.Untrusted,
                $"`{subject}` promises {LargestSize(file)} bytes of `{file.Path}`, more than the {PromisedStream.MostBytes} that are read",
                PromisedStream.Hint)
            : new EzException(
                FailureKind.Untrusted,
                $"`{subject}` does not give `{file.Path}` {(file.Digest is null ? "a checksum of type `sha256`, `sha384` or `sha512`" : "a size")}",
                "tell the repository's maintainers: `createrepo_c --checksum sha256`");
}
