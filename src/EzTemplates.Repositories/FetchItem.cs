using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>A file to fetch whose size and digest are known beforehand.</summary>
/// <param name="Label">What to call it to a person: <c>nginx 1.22.1-9 (amd64)</c>.</param>
/// <param name="Candidates">Full addresses, in order of preference; measured throughput may change the order.</param>
/// <param name="DestinationPath">Appears whole and verified, or not at all. <c>.part</c> is added while it is fetched.</param>
public sealed record FetchItem(string Label, ImmutableArray<Uri> Candidates, long Size, StatedDigest Digest, string DestinationPath);

/// <summary>How far a fetch is. The totals are known before the first byte.</summary>
/// <param name="DoneBytes">Resumed bytes count as done; it goes back when a file has to start again.</param>
public sealed record FetchProgress(long TotalBytes, long DoneBytes, int TotalFiles, int DoneFiles);

public sealed record FetchOptions
{
    /// <summary>Touch no network: an item that is not there already fails.</summary>
    public bool Offline { get; init; }

    /// <summary>Called from many threads, often.</summary>
    public Action<FetchProgress>? Progress { get; init; }

    /// <summary>Called for each item that is in place, from many threads.</summary>
    public Action<FetchItem>? Arrived { get; init; }

    public CancellationToken Cancel { get; init; }
}

public enum FetchFailureKind
{
    /// <summary>Every mirror answers 404: it has been replaced by a newer one, most often.</summary>
    NotFoundEverywhere,

    /// <summary>No mirror gave it.</summary>
    Unreachable,

    /// <summary>What came has another size or digest than promised.</summary>
    WrongContent,

    /// <summary>Our own disk failed.</summary>
    Disk,
}

/// <param name="Message">Names the file, the mirrors, and what was expected and got.</param>
public sealed record FetchFailure(FetchItem Item, FetchFailureKind Kind, string Message, string? Hint);

/// <summary>What became of every item. One that failed has not stopped the others.</summary>
public sealed record FetchReport
{
    /// <summary>Items in place, whether fetched now or there already.</summary>
    public required ImmutableArray<FetchItem> Present { get; init; }

    public required ImmutableArray<FetchFailure> Failures { get; init; }

    /// <summary>Bytes that came over the network (or from a mirror in a folder) now.</summary>
    public required long BytesFetched { get; init; }

    /// <summary>What is known of the mirrors now; kept by the caller for the next command.</summary>
    public required ImmutableArray<MirrorStatistics> Mirrors { get; init; }

    internal static FailureKind KindOf(FetchFailureKind kind) => kind switch
    {
        FetchFailureKind.Disk => FailureKind.Store,
        FetchFailureKind.WrongContent => FailureKind.Untrusted,
        _ => FailureKind.Fetch,
    };

    /// <summary>Turns failures into one exception; a disk failure first, wrong content next.</summary>
    public void ThrowIfFailed()
    {
        if (Failures.IsEmpty)
        {
            return;
        }

        var first = Failures.MaxBy(f => f.Kind)!;
        var kind = KindOf(first.Kind);
        var messages = Failures.OrderByDescending(f => f.Kind).Take(5).Select(f => f.Message);
        var more = Failures.Length > 5 ? $"\n... and {Failures.Length - 5} more" : "";
        throw new EzException(kind, string.Join('\n', messages) + more, first.Hint);
    }
}
