using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// What was accepted before of one suite of a repository, and what that forbids: time never goes back, whichever root or mirror serves
/// it, and no other vendor takes an archive's place.
/// </summary>
internal sealed class AcceptedPast(MetadataFolder folder, ResolvedRepository repository, ResolvedSuite suite)
{
    private readonly IReadOnlyList<AcceptedRelease> _all = folder.AcceptedOf(suite.Suite);

    public ResolvedRepository Repository => repository;

    public ResolvedSuite Suite => suite;

    /// <summary>What this repository accepted from that root.</summary>
    public AcceptedRelease? From(Uri root) => _all.FirstOrDefault(a => a.Repository == repository.Id && a.Root == root.AbsoluteUri);

    /// <summary>
    /// The newest of one vendor, whichever root of this repository it came from, or which repository of that root. By vendor, as two
    /// recipes may mean different archives by one id.
    /// </summary>
    public AcceptedRelease? Newest(string origin, Uri root) =>
        _all.Where(a => a.Origin == origin && (a.Repository == repository.Id || a.Root == root.AbsoluteUri)).MaxBy(a => a.Date);

    /// <exception cref="EzException">The Release is older than one accepted before, or of another vendor.</exception>
    public void Check(ReleaseInfo release, ReleaseMessage message)
    {
        // Only while the root that it came from may still serve this suite: otherwise another archive is meant now.
        var roots = suite.Choices.SelectMany(choice => choice.Roots).Select(root => root.AbsoluteUri).ToHashSet(StringComparer.Ordinal);
        if (_all.FirstOrDefault(a => a.Repository == repository.Id && roots.Contains(a.Root) && a.Origin != release.Origin) is { } other)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"`{UrlPassword.Hide(message.Address.ToString())}` is of Origin `{release.Origin}`, and what repository `{repository.Id}` had before was of `{other.Origin}`, from `{other.Root}`",
                "if another archive is meant from now on, give the repository another `id`");
        }

        if (Newest(release.Origin, message.Root) is { } newest && release.Date < newest.Date)
        {
            throw new OutdatedMirror(
                $"`{UrlPassword.Hide(message.Address.ToString())}` is of {ReleaseRules.Show(release.Date!.Value)}, older than the one of {ReleaseRules.Show(newest.Date)} that was accepted before: "
                + "the mirror went back, or hides newer packages");
        }
    }
}
