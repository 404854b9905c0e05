namespace EzTemplates.Repositories;

/// <summary>The body of a successful answer, not yet read. <see cref="Offset"/> is where in the file its first byte belongs.</summary>
internal sealed class MirrorResponse(Uri address, Stream body, IDisposable? owner) : IDisposable
{
    public Uri Address { get; } = address;

    public Stream Body { get; } = body;

    public long Offset { get; init; }

    /// <summary>The size of the whole file where the server says it.</summary>
    public long? WholeSize { get; init; }

    /// <summary>304: what the caller has is current; there is no body.</summary>
    public bool NotModified { get; init; }

    public string? EntityTag { get; init; }

    public DateTimeOffset? LastModified { get; init; }

    public void Dispose()
    {
        Body.Dispose();
        owner?.Dispose();
    }
}

/// <summary>What the server said of a text that the caller still has.</summary>
internal sealed record Validators(string? EntityTag, DateTimeOffset? LastModified)
{
    public bool Any => EntityTag is not null || LastModified is not null;
}
