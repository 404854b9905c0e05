using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>A repomd.xml that was verified and obeys the rules, with where it came from.</summary>
/// <param name="Roots">All that may serve the repository, the one that it came from first.</param>
internal sealed record FoundRepomd(ImmutableArray<Uri> Roots, ReleaseMessage Message, SignedText Signed, Repomd Repomd, bool IsUnchanged)
{
    /// <summary>The newest of its files' times.</summary>
    public DateTimeOffset Date { get; } = RepomdPast.DateOf(Repomd);

    /// <summary>It is older than what was accepted before, by dates that nobody signed.</summary>
    public bool WentBack { get; init; }
}

/// <summary>Gets an rpm-md repository's repomd.xml from the first mirror that has an acceptable one.</summary>
internal sealed class RepomdFetcher(MirrorClient client, MetadataFolder folder, SignatureCheck signatures)
{
    private const string Path = "repodata/repomd.xml";

    // Of a repository whose dates nobody signs. Mirrors that are behind are few, and a single one that dates its metadata later than all
    // others must not be sure to be asked.
    private const int MostOlder = 5;

    private readonly TextFetcher _texts = new(client);

    /// <summary>
    /// The first that is acceptable. Where the dates are not signed and one mirror after the other is older than what was accepted before,
    /// the newest of them, with a warning.
    /// </summary>
    /// <exception cref="EzException">No mirror has one.</exception>
    public async Task<FoundRepomd> RefreshAsync(ResolvedRpmRepository repository, SnapshotOptions options)
    {
        var past = new RepomdPast(folder, repository);
        var mirrors = await new MirrorLists(_texts, client.Pipelines).OfAsync(repository, options).ConfigureAwait(false);
        var older = new List<FoundRepomd>();
        async Task<FoundRepomd> JudgeAsync(ReleaseMessage message)
        {
            var found = await FoundAsync(message, mirrors, past).ConfigureAwait(false);
            try
            {
                past.Check(found);
                return found;
            }
            catch (OutdatedMirror) when (!past.IsDateSigned)
            {
                older.Add(found with { WentBack = true });
                if (older.Count == MostOlder)
                {
                    return NewestOf(older);
                }

                throw;
            }
        }

        FoundRepomd taken;
        try
        {
            taken = await _texts.FirstAcceptableAsync(
                mirrors.Roots, (root, token) => FetchAsync(root, past, token), JudgeAsync, failed => Explain(repository, failed), options.Cancel).ConfigureAwait(false);
        }
        catch (EzException) when (older.Count > 0)
        {
            taken = NewestOf(older);
        }

        if (taken.WentBack)
        {
            options.Warn?.Invoke(
                $"repository `{repository.Id}`: its metadata of {ReleaseRules.Show(taken.Date)} from `{UrlPassword.Hide(taken.Message.Root.ToString())}` is taken, though older than that of "
                + $"{ReleaseRules.Show(past.Newest(taken.Message.Root)!.Date)} which was accepted before: no mirror that was asked has newer. Nobody signs these dates, so either the mirrors are behind or one of them had dated it too late");
        }

        return taken;
    }

    private static FoundRepomd NewestOf(List<FoundRepomd> older) => older.MaxBy(found => found.Date)!;

    private async Task<FoundRepomd> FoundAsync(ReleaseMessage message, MirrorList mirrors, RepomdPast past)
    {
        var subject = message.Address.ToString();
        RequireListed(message, mirrors.Digests);
        var signed = await VerifyAsync(message, past.Repository).ConfigureAwait(false);
        var repomd = Parse(signed, subject);
        ReleaseRules.RequirePast(RepomdPast.DateOf(repomd), subject, client.Settings.Time.GetUtcNow());
        var isUnchanged = past.Newest(message.Root)?.Name == signed.Name.ToString();
        return new FoundRepomd([message.Root, .. mirrors.Roots.Where(root => root != message.Root)], message, signed, repomd, isUnchanged);
    }

    /// <summary>The one accepted last, under today's keys; no network.</summary>
    /// <exception cref="EzException">None was accepted yet.</exception>
    public async Task<FoundRepomd> RecallAsync(ResolvedRpmRepository repository)
    {
        foreach (var accepted in new RepomdPast(folder, repository).NewestFirst())
        {
            if (Load(accepted) is { } message)
            {
                var signed = await VerifyAsync(message, repository).ConfigureAwait(false);
                return new FoundRepomd([message.Root], message, signed, Parse(signed, message.Address.ToString()), true);
            }
        }

        throw new EzException(
            FailureKind.Fetch, $"no metadata of repository `{repository.Id}` was ever fetched, and --offline touches no network", "run once without --offline");
    }

    private static Repomd Parse(SignedText signed, string subject)
    {
        using var xml = new MemoryStream(signed.Text.ToArray(), writable: false);
        return RepomdReader.Read(xml, subject);
    }

    private static void RequireListed(ReleaseMessage message, IReadOnlySet<Sha256Digest> digests)
    {
        if (digests.Count > 0 && !digests.Contains(Sha256Digest.Of(message.Text)))
        {
            throw new OutdatedMirror($"`{UrlPassword.Hide(message.Address.ToString())}` is none of those that the metalink promises: the mirror is out of date, or was changed");
        }
    }

    private ValueTask<SignedText> VerifyAsync(ReleaseMessage message, ResolvedRpmRepository repository) =>
        repository.Trust != RpmTrust.Signed ? ValueTask.FromResult(new SignedText(message.Text, ""))
        : message.Signature is not null ? signatures.VerifyAsync(message, repository.Keys)
        : throw new EzException(
            FailureKind.Untrusted,
            $"`{UrlPassword.Hide(message.Address.ToString())}` is not signed: there is no `repomd.xml.asc` beside it",
            "if only its packages are signed, say `trust: packages` in the recipe's repository; if nothing is, and that is meant, `trust: unsigned`");

    private async ValueTask<ReleaseMessage> FetchAsync(Uri root, RepomdPast past, CancellationToken cancel)
    {
        var isSigned = past.Repository.Trust == RpmTrust.Signed;
        var kept = past.From(root) is { } accepted && accepted.Signature is not null == isSigned ? Load(accepted) : null;
        var repomd = await _texts.FetchAsync(root, Snapshot.Address(root, Path), kept, cancel).ConfigureAwait(false);
        if (!isSigned || (ReferenceEquals(repomd, kept) && await IsSignedAsync(repomd, past.Repository).ConfigureAwait(false)))
        {
            return repomd;
        }

        try
        {
            var signature = await _texts.FetchAsync(root, Snapshot.Address(root, Path + ".asc"), null, cancel).ConfigureAwait(false);
            return repomd with { Signature = TextFetcher.Dearmored(signature) };
        }
        catch (MirrorFailure missing) when (missing.Kind == MirrorFailureKind.NotFound)
        {
            // To be refused as unsigned, and not as absent.
            return repomd;
        }
    }

    /// <summary>A text that has not changed may have been signed anew, with the repository's next key.</summary>
    private async ValueTask<bool> IsSignedAsync(ReleaseMessage kept, ResolvedRpmRepository repository)
    {
        try
        {
            _ = await signatures.VerifyAsync(kept, repository.Keys).ConfigureAwait(false);
            return true;
        }
        catch (EzException refused) when (refused.Kind == FailureKind.Untrusted)
        {
            return false;
        }
    }

    private ReleaseMessage? Load(AcceptedRelease accepted)
    {
        var root = new Uri(accepted.Root);
        var text = folder.FindText(accepted.Message);
        var signature = accepted.Signature is null ? null : folder.FindText(accepted.Signature);
        return text is null || (accepted.Signature is not null && signature is null)
            ? null
            : new ReleaseMessage(root, Snapshot.Address(root, Path), text, signature, new Validators(accepted.EntityTag, accepted.LastModified));
    }

    private static EzException Explain(ResolvedRpmRepository repository, AllMirrorsFailed failed) => failed.NotFoundEverywhere
        ? new EzException(
            FailureKind.Fetch,
            $"no mirror of repository `{repository.Id}` has a `{Path}`: {failed.Describe()}",
            $"check its release and architecture, or name a mirror that has it: `--mirror {repository.Id}=URL`")
        : new EzException(
            failed.Worst == MirrorFailureKind.WrongContent ? FailureKind.Untrusted : FailureKind.Fetch,
            $"cannot fetch the repomd.xml of repository `{repository.Id}`: {failed.Describe()}",
            "check the network and the mirror, or use what was fetched before with --offline");
}
