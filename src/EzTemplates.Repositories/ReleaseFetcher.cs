using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>A Release that was verified and obeys the rules, with where it came from.</summary>
internal sealed record FoundRelease(MirrorChoice Choice, Uri Root, ReleaseMessage Message, SignedText Signed, ReleaseInfo Info, bool IsUnchanged);

/// <summary>Gets a suite's Release: from the first choice, and of its mirrors the first, that gives an acceptable one.</summary>
internal sealed class ReleaseFetcher(MirrorClient client, MetadataFolder folder, SignatureCheck signatures)
{
    private readonly TextFetcher _texts = new(client);

    /// <remarks>
    /// A choice that gives nothing is no reason to take what is signed with other keys: whoever can cut off an archive could then have
    /// another vendor's packages installed in its place.
    /// </remarks>
    /// <exception cref="EzException">No choice gives one; tells of the first choice.</exception>
    public async Task<FoundRelease> RefreshAsync(ResolvedRepository repository, ResolvedSuite suite, CancellationToken cancel)
    {
        EzException? first = null;
        TrustedKeys? unreached = null;
        var past = new AcceptedPast(folder, repository, suite);

        // The choice that served it before goes first: the others are then never asked.
        foreach (var choice in suite.Choices.OrderBy(c => c.Roots.Any(r => past.From(r) is not null) ? 0 : 1))
        {
            try
            {
                if (unreached is null || choice.Keys == unreached)
                {
                    return await FromChoiceAsync(past, choice, cancel).ConfigureAwait(false);
                }
            }
            catch (EzException refused) when (refused.Kind is FailureKind.Fetch or FailureKind.Untrusted)
            {
                first ??= refused;
                unreached ??= refused.Kind == FailureKind.Fetch ? choice.Keys : null;
            }
        }

        throw first ?? new EzException(FailureKind.Usage, $"repository `{repository.Id}` has no mirror for suite `{suite.Suite}`");
    }

    /// <summary>The Release accepted last, under today's keys; no network.</summary>
    /// <exception cref="EzException">None was accepted yet.</exception>
    public async Task<FoundRelease> RecallAsync(ResolvedRepository repository, ResolvedSuite suite)
    {
        var past = new AcceptedPast(folder, repository, suite);
        // Not a query over tuples: generic code over such is compiled at each start, which would cost more than all else in here.
        var known = new List<KnownRelease>();
        foreach (var choice in suite.Choices)
        {
            foreach (var root in choice.Roots)
            {
                if (past.From(root) is { } accepted)
                {
                    known.Add(new KnownRelease(choice, root, accepted));
                }
            }
        }

        foreach (var (choice, root, accepted) in known.OrderByDescending(release => release.Accepted.Date.UtcTicks))
        {
            if (Load(root, suite.Suite, accepted) is { } message)
            {
                var signed = await VerifyAsync(message, repository, choice).ConfigureAwait(false);
                return new FoundRelease(choice, root, message, signed, ReleaseFile.Parse(signed.Text, message.Address.ToString()), true);
            }
        }

        throw new EzException(
            FailureKind.Fetch,
            $"no metadata of suite `{suite.Suite}` of repository `{repository.Id}` was ever fetched, and --offline touches no network",
            "run once without --offline");
    }

    private sealed record KnownRelease(MirrorChoice Choice, Uri Root, AcceptedRelease Accepted);

    private Task<FoundRelease> FromChoiceAsync(AcceptedPast past, MirrorChoice choice, CancellationToken cancel)
    {
        var (repository, suite) = (past.Repository, past.Suite.Suite);
        async Task<FoundRelease> JudgeAsync(ReleaseMessage message)
        {
            var signed = await VerifyAsync(message, repository, choice).ConfigureAwait(false);
            var info = ReleaseFile.Parse(signed.Text, message.Address.ToString());
            ReleaseRules.Check(info, suite, message.Address.ToString(), choice, client.Settings.Time.GetUtcNow());
            past.Check(info, message);
            return new FoundRelease(choice, message.Root, message, signed, info, past.Newest(info.Origin, message.Root)?.Name == signed.Name.ToString());
        }

        return _texts.FirstAcceptableAsync(choice.Roots, (root, token) => FetchAsync(root, past, token), JudgeAsync, failed => Explain(repository, suite, failed), cancel);
    }

    private async ValueTask<SignedText> VerifyAsync(ReleaseMessage message, ResolvedRepository repository, MirrorChoice choice) => repository.TrustUnsigned
        ? new SignedText(message.Text, "")
        : await signatures.VerifyAsync(message, choice.Keys).ConfigureAwait(false);

    private ReleaseMessage? Load(Uri root, string suite, AcceptedRelease accepted)
    {
        var text = folder.FindText(accepted.Message);
        var signature = accepted.Signature is null ? null : folder.FindText(accepted.Signature);
        return text is null || (accepted.Signature is not null && signature is null)
            ? null
            : new ReleaseMessage(root, Address(root, suite, "InRelease"), text, signature, new Validators(accepted.EntityTag, accepted.LastModified));
    }

    private async ValueTask<ReleaseMessage> FetchAsync(Uri root, AcceptedPast past, CancellationToken cancel)
    {
        var suite = past.Suite.Suite;
        if (past.Repository.TrustUnsigned)
        {
            return await _texts.FetchAsync(root, Address(root, suite, "Release"), null, cancel).ConfigureAwait(false);
        }

        var kept = past.From(root) is { Signature: null } accepted ? Load(root, suite, accepted) : null;
        try
        {
            return await _texts.FetchAsync(root, Address(root, suite, "InRelease"), kept, cancel).ConfigureAwait(false);
        }
        catch (MirrorFailure missing) when (missing.Kind == MirrorFailureKind.NotFound)
        {
            // Old archives have the two apart.
            var release = await _texts.FetchAsync(root, Address(root, suite, "Release"), null, cancel).ConfigureAwait(false);
            var signature = await _texts.FetchAsync(root, Address(root, suite, "Release.gpg"), null, cancel).ConfigureAwait(false);
            return release with { Signature = TextFetcher.Dearmored(signature) };
        }
    }

    private static Uri Address(Uri root, string suite, string file) => Snapshot.Address(root, $"dists/{suite}/{file}");

    private static EzException Explain(ResolvedRepository repository, string suite, AllMirrorsFailed failed) => failed.NotFoundEverywhere
        ? new EzException(
            FailureKind.Fetch,
            $"no mirror of repository `{repository.Id}` has suite `{suite}`: {failed.Describe()}",
            "check the suite's name, or name a mirror that has it: `--mirror ID=URL`")
        : new EzException(
            failed.Worst == MirrorFailureKind.WrongContent ? FailureKind.Untrusted : FailureKind.Fetch,
            $"cannot fetch the Release of suite `{suite}` of repository `{repository.Id}`: {failed.Describe()}",
            "check the network and the mirror, or use what was fetched before with --offline");
}
