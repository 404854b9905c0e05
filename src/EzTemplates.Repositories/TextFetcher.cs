using System.Globalization;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>A Release or repomd.xml as it came, in its signed form.</summary>
/// <param name="Signature">The detached signature where the message does not bring its own.</param>
internal sealed record ReleaseMessage(Uri Root, Uri Address, byte[] Text, byte[]? Signature, Validators Validators);

/// <summary>Gets the small texts on which all else depends.</summary>
internal sealed class TextFetcher(MirrorClient client)
{
    // Debian's Releases are 150 KB; nothing sensible comes near.
    private const int MaxBytes = 32 << 20;

    /// <summary>From the first of the roots whose text is acceptable, asked in the order of their measured speed.</summary>
    /// <param name="judge">Throws an Untrusted <see cref="EzException"/> for a text that is not: one stale or broken mirror is no reason to stop while others may be well.</param>
    /// <param name="explain">What is said where no root answers and none was refused.</param>
    /// <exception cref="EzException">None is; tells of each reason.</exception>
    public async Task<T> FirstAcceptableAsync<T>(
        IEnumerable<Uri> from,
        Func<Uri, CancellationToken, ValueTask<ReleaseMessage>> fetch,
        Func<ReleaseMessage, Task<T>> judge,
        Func<AllMirrorsFailed, EzException> explain,
        CancellationToken cancel)
    {
        var roots = client.Ranking.Rank([.. from]).ToList();
        var refusals = new List<EzException>();
        while (roots.Count > 0)
        {
            ReleaseMessage message;
            try
            {
                message = await client.Pipelines.HedgedAsync(roots, fetch, cancel).ConfigureAwait(false);
            }
            catch (AllMirrorsFailed failed)
            {
                throw refusals.Count > 0 ? Joined(refusals) : explain(failed);
            }

            try
            {
                return await judge(message).ConfigureAwait(false);
            }
            catch (EzException refused) when (refused.Kind == FailureKind.Untrusted)
            {
                refusals.Add(refused);
                _ = roots.Remove(message.Root);
            }
        }

        throw Joined(refusals);
    }

    /// <summary>What is the same for all mirrors, such as a missing key, counts before what one mirror lacks. One mirror stands for those that are refused alike.</summary>
    private static EzException Joined(List<EzException> refusals)
    {
        var kinds = refusals.OrderBy(refused => refused is OutdatedMirror).GroupBy(refused => refused.Hint).ToList();
        return refusals.Count == 1 ? refusals[0] : new EzException(
            FailureKind.Untrusted,
            string.Join("; ", kinds.Select(kind => kind.First().Message + (kind.Count() == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" (and {kind.Count() - 1} more likewise)")))),
            kinds[0].Key,
            kinds[0].First());
    }

    /// <summary>One text from one address.</summary>
    /// <param name="kept">What came from there before: the server is then asked whether it has changed.</param>
    /// <exception cref="MirrorFailure">It does not come, not whole, or is too large.</exception>
    public async Task<ReleaseMessage> FetchAsync(Uri root, Uri address, ReleaseMessage? kept, CancellationToken cancel)
    {
        var have = kept is { Validators.Any: true } ? kept.Validators : null;
        using var response = await client.OpenAsync(address, 0, have, cancel).ConfigureAwait(false);
        if (response.NotModified && kept is not null)
        {
            return kept;
        }

        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await client.ReadAsync(response, buffer, cancel).ConfigureAwait(false)) > 0)
        {
            text.Write(buffer, 0, read);
            if (text.Length > MaxBytes)
            {
                throw new MirrorFailure(address, MirrorFailureKind.WrongContent, $"it is larger than {MaxBytes >> 20} MiB");
            }
        }

        return response.WholeSize is { } size && size != text.Length
            ? throw new MirrorFailure(address, MirrorFailureKind.Passing, $"it ended after {text.Length} of {size} bytes")
            : new ReleaseMessage(root, address, text.ToArray(), null, new Validators(response.EntityTag, response.LastModified));
    }

    /// <summary>The binary form of a detached signature.</summary>
    /// <exception cref="MirrorFailure">It is none: this mirror's fault, and no reason not to ask the others.</exception>
    public static byte[] Dearmored(ReleaseMessage signature)
    {
        try
        {
            return TrustedKeys.Dearmor(signature.Text, signature.Address.ToString(), "PGP SIGNATURE");
        }
        catch (EzException broken)
        {
            throw new MirrorFailure(signature.Address, MirrorFailureKind.WrongContent, broken.Message, broken);
        }
    }
}
