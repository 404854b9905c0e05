using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>
/// What was accepted before of an rpm-md repository, and what that forbids: time never goes back, whichever mirror serves it. A
/// repomd.xml names no vendor and no release, so a repository is the same while the recipe writes the same of where it lies.
/// </summary>
/// <remarks>
/// A date that nobody signed forbids nothing: whoever can serve older metadata can date it anew, and one mirror that did would shut out all
/// the others. It only says which of several mirrors is to be believed.
/// </remarks>
internal sealed class RepomdPast(MetadataFolder folder, ResolvedRpmRepository repository)
{
    // In the place of a suite; no suite has a colon.
    private const string SignedSuite = "rpm:md";
    private const string UnsignedSuite = "rpm:md-unsigned";

    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>Where signatures are asked for, what was accepted without one counts for nothing: anybody may have made it.</summary>
    private readonly List<AcceptedRelease> _all = repository.Trust == RpmTrust.Signed
        ? [.. folder.AcceptedOf(SignedSuite).Where(accepted => accepted.Signature is not null)]
        : [.. folder.AcceptedOf(UnsignedSuite), .. folder.AcceptedOf(SignedSuite)];

    /// <summary>Under which it is accepted: what is signed and what is not do not take each other's place.</summary>
    public static string SuiteOf(ResolvedRpmRepository repository) => repository.Trust == RpmTrust.Signed ? SignedSuite : UnsignedSuite;

    public ResolvedRpmRepository Repository => repository;

    /// <summary>The newest of its files' times; else its revision, which is one unless somebody chose another; else the start of 1970.</summary>
    public static DateTimeOffset DateOf(Repomd repomd)
    {
        _ = long.TryParse(repomd.Revision, NumberStyles.None, CultureInfo.InvariantCulture, out var revision);
        return DateTimeOffset.FromUnixTimeSeconds(Math.Min(repomd.Timestamp > 0 ? repomd.Timestamp : revision, LastSecond));
    }

    /// <summary>What this repository accepted from that root.</summary>
    public AcceptedRelease? From(Uri root) => _all.FirstOrDefault(a => IsOurs(a) && a.Root == root.AbsoluteUri);

    /// <summary>The newest of this repository; where it is signed, or of that root for whichever repository.</summary>
    public AcceptedRelease? Newest(Uri root) => _all.Where(a => IsOurs(a) || (IsDateSigned && a.Root == root.AbsoluteUri)).MaxBy(a => a.Date);

    public IEnumerable<AcceptedRelease> NewestFirst() => _all.Where(IsOurs).OrderByDescending(a => a.Date.UtcTicks);

    /// <exception cref="OutdatedMirror">It is older than one accepted before.</exception>
    public void Check(FoundRepomd found)
    {
        if (Newest(found.Message.Root) is { } newest && found.Date < newest.Date)
        {
            throw new OutdatedMirror(
                $"`{UrlPassword.Hide(found.Message.Address.ToString())}` is of {ReleaseRules.Show(found.Date)}, older than the one of {ReleaseRules.Show(newest.Date)} that was accepted before: "
                + "the mirror went back, or hides newer packages");
        }
    }

    /// <summary>Otherwise what <see cref="Check"/> refuses is worse than the rest, and no more.</summary>
    public bool IsDateSigned => repository.Trust == RpmTrust.Signed;

    private bool IsOurs(AcceptedRelease accepted) => accepted.Repository == repository.Id && accepted.Origin == repository.Place;
}
