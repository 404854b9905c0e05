using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Store;
using EzTemplates.Store.Native;

namespace EzTemplates.Environments;

/// <summary>
/// An environment's <c>history</c> file: append-only, one JSON line a mapping. The last whole line is what the environment maps to,
/// so that the write of one line is the whole commit; a torn last line (power loss) is as if it had never been begun.
/// </summary>
internal static class EnvironmentHistory
{
    private const int OwnerOnly = 0b110_000_000;

    /// <exception cref="EzException">Store: not one whole line.</exception>
    public static ImmutableArray<HistoryEntry> Read(string file)
    {
        var entries = Parse(ReadBytes(file)).Entries;
        return entries.IsEmpty
            ? throw new StoreException($"`{file}` holds no whole line, so what the environment maps to is unknown", "restore the file from a backup, or remove the environment's folder")
            : entries;
    }

    /// <summary>Writes the first line of an environment that is not there yet; whoever gives it its name syncs before.</summary>
    public static void Begin(string file, HistoryEntry entry)
    {
        using var stream = Libc.Open(null, file, OpenFlags.Write | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, OwnerOnly);
        Libc.Write(stream, HistoryLine.Write(entry));
    }

    /// <summary>Writes the line, which is not on the disk before a sync. The caller holds the environment's lock.</summary>
    /// <returns>How long the file was without it.</returns>
    public static long Append(string file, HistoryEntry entry)
    {
        var whole = File.Exists(file) ? Parse(ReadBytes(file)).WholeBytes : 0;
        using var stream = Libc.Open(null, file, OpenFlags.Write | OpenFlags.Create | OpenFlags.Append | OpenFlags.NoFollow, OwnerOnly);
        Libc.Truncate(stream, whole);
        try
        {
            Libc.Write(stream, HistoryLine.Write(entry));
            return whole;
        }
        catch (StoreException)
        {
            Libc.Truncate(stream, whole);
            throw;
        }
    }

    public static void Sync(string file)
    {
        using var stream = Libc.Open(null, file, OpenFlags.Write | OpenFlags.NoFollow);
        Libc.Sync(stream);
    }

    /// <summary>Takes back a line whose sync failed, which matters more than a failure of this.</summary>
    public static void TryCut(string file, long whole)
    {
        try
        {
            using var stream = Libc.Open(null, file, OpenFlags.Write | OpenFlags.NoFollow);
            Libc.Truncate(stream, whole);
        }
        catch (StoreException)
        {
            // The same broken disk.
        }
    }

    private static byte[] ReadBytes(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreException.FromIO("read", file, failure);
        }
    }

    private static (ImmutableArray<HistoryEntry> Entries, long WholeBytes) Parse(ReadOnlySpan<byte> text)
    {
        var entries = ImmutableArray.CreateBuilder<HistoryEntry>();
        var whole = 0;
        for (var start = 0; text[start..].IndexOf((byte)'\n') is >= 0 and var length; start += length + 1)
        {
            if (HistoryLine.TryRead(text.Slice(start, length)) is { } entry)
            {
                entries.Add(entry);
                whole = start + length + 1;
            }
        }

        return (entries.ToImmutable(), whole);
    }
}
