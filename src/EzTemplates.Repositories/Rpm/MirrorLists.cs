using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>Asks the lists of mirrors of an rpm-md repository.</summary>
internal sealed class MirrorLists(TextFetcher texts, FetchPipelines pipelines)
{
    // Distributions list hundreds; whoever fails with these fails with the rest.
    private const int MostRoots = 20;

    /// <summary>The repository's own roots, then those of its lists.</summary>
    /// <exception cref="EzException">A list that is needed does not come, or names no mirror.</exception>
    public async Task<MirrorList> OfAsync(ResolvedRpmRepository repository, SnapshotOptions options)
    {
        var (roots, digests) = (new List<Uri>(repository.Roots), ImmutableHashSet<Sha256Digest>.Empty);
        if (repository.Metalink is { } metalink)
        {
            var text = await FetchAsync(repository, metalink, options.Cancel).ConfigureAwait(false);
            using var xml = new MemoryStream(text, writable: false);
            var list = MirrorListReader.ReadMetalink(xml, metalink.ToString());
            roots.AddRange(list.Roots);
            digests = [.. list.Digests];
        }

        if (repository.MirrorList is { } plain)
        {
            try
            {
                roots.AddRange(MirrorListReader.ReadPlain(await FetchAsync(repository, plain, options.Cancel).ConfigureAwait(false)).Roots);
            }
            catch (EzException failed) when (roots.Count > 0)
            {
                // A metalink also says what repomd.xml must be, and is not done without; this one has but more mirrors.
                options.Warn?.Invoke(failed.Message);
            }
        }

        return roots.Count > 0 ? new MirrorList([.. roots.Distinct().Take(MostRoots)], digests) : throw new EzException(
            FailureKind.Fetch,
            $"`{UrlPassword.Hide((repository.Metalink ?? repository.MirrorList)?.ToString() ?? repository.Place)}` names no mirror of repository `{repository.Id}`",
            $"check its release and architecture, or name a mirror: `--mirror {repository.Id}=URL`");
    }

    private async Task<byte[]> FetchAsync(ResolvedRpmRepository repository, Uri address, CancellationToken cancel)
    {
        try
        {
            var list = await pipelines.HedgedAsync([address], async (asked, token) => await texts.FetchAsync(asked, asked, null, token).ConfigureAwait(false), cancel).ConfigureAwait(false);
            return list.Text;
        }
        catch (AllMirrorsFailed failed)
        {
            throw new EzException(
                FailureKind.Fetch,
                $"cannot fetch the list of mirrors of repository `{repository.Id}`: {failed.Describe()}",
                $"check the network, or name a mirror: `--mirror {repository.Id}=URL`");
        }
    }
}
