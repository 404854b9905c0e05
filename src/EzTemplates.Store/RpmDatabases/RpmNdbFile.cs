using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace EzTemplates.Store;

/// <summary>
/// <c>Packages.db</c>, the packages of rpm's ndb backend (rpm's lib/backend/ndb/rpmpkg.c): pages of slots that say where each package's header is,
/// then the headers, each with a sum. Its indexes are another file, <c>Index.db</c>, which rpm makes anew where it is not there or of another
/// generation. The same rows give the same bytes, and other rows another generation.
/// </summary>
public static class RpmNdbFile
{
    public const string Name = "Packages.db";

    /// <summary>Of the indexes.</summary>
    public const string IndexName = "Index.db";

    private const int PageSize = 4096;
    private const int BlockSize = 16;
    private const int SlotSize = 16;
    private const int BlobHead = 16;
    private const int BlobTail = 12;

    // More than any header that is read (RpmHeaderKind).
    private const int MostHeader = 64 << 20;

    // The file's own header has the place of the first two slots.
    private const int FirstSlot = 2;
    private const int SlotsOfPage = PageSize / SlotSize;
    private const int BlocksOfPage = PageSize / BlockSize;

    // In bytes: "RpmP", "Slot", "BlbS", "BlbE".
    private const uint FileMagic = 0x506d7052;
    private const uint SlotMagic = 0x746f6c53;
    private const uint BlobHeadMagic = 0x53626c42;
    private const uint BlobTailMagic = 0x45626c42;

    /// <summary>Whether a database is of this form.</summary>
    public static bool Is(ReadOnlySpan<byte> database) => database.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(database) == FileMagic;

    /// <summary>A new database.</summary>
    public static byte[] Write(IReadOnlyList<RpmDatabaseRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var pages = (FirstSlot + rows.Count + SlotsOfPage - 1) / SlotsOfPage;
        var blocks = rows.Select(row => BlocksOf(row.Header.Length)).ToList();
        var file = new byte[(pages * PageSize) + (blocks.Sum() * BlockSize)];
        for (var slot = FirstSlot; slot < pages * SlotsOfPage; slot++)
        {
            Put(file, slot * SlotSize, SlotMagic);
        }

        var at = pages * BlocksOfPage;
        for (var i = 0; i < rows.Count; i++)
        {
            Put(file, ((FirstSlot + i) * SlotSize) + 4, (uint)rows[i].Number, (uint)at, (uint)blocks[i]);
            PutBlob(file.AsSpan(at * BlockSize, blocks[i] * BlockSize), rows[i]);
            at += blocks[i];
        }

        var next = rows.Select(row => row.Number).Append(0).Max() + 1;
        Put(file, 0, FileMagic, 0, GenerationOf(rows), (uint)pages, (uint)next);
        return file;
    }

    /// <summary>The packages by their numbers: in the order in which they were installed.</summary>
    /// <exception cref="StoreException">It is no such database, or a damaged one.</exception>
    public static ImmutableArray<RpmDatabaseRow> Read(byte[] database)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (database.Length < PageSize || !Is(database) || Get(database, 4) != 0)
        {
            throw Malformed("it is none of rpm's ndb backend, version 0");
        }

        var pages = Get(database, 12);
        if (pages == 0 || pages > database.Length / PageSize)
        {
            throw Malformed($"it has {database.Length} bytes, and {pages} pages of slots");
        }

        return [.. Slots(database, pages).OrderBy(slot => slot.Number).Select(slot => new RpmDatabaseRow(slot.Number, HeaderIn(database.AsSpan((int)slot.At * BlockSize, (int)slot.Blocks * BlockSize), slot.Number)))];
    }

    /// <summary>Those of packages. None shares a byte with another, so that all headers together are no more than the file.</summary>
    private static List<(uint Number, uint At, uint Blocks)> Slots(byte[] database, uint pages)
    {
        var slots = new List<(uint Number, uint At, uint Blocks)>();
        for (var slot = FirstSlot; slot < (int)pages * SlotsOfPage; slot++)
        {
            var (at, blocks) = (Get(database, (slot * SlotSize) + 8), Get(database, (slot * SlotSize) + 12));
            if (Get(database, slot * SlotSize) != SlotMagic)
            {
                throw Malformed($"its slot {slot} is none");
            }

            if (at != 0)
            {
                var number = Get(database, (slot * SlotSize) + 4);
                if (number is 0 or > int.MaxValue || at < pages * BlocksOfPage || (ulong)at + blocks > (ulong)(database.Length / BlockSize))
                {
                    throw Malformed($"its slot {slot} leads out of it, or is of no package");
                }

                slots.Add((number, at, blocks));
            }
        }

        slots.Sort((one, other) => one.At.CompareTo(other.At));
        for (var i = 1; i < slots.Count; i++)
        {
            if (slots[i].At < slots[i - 1].At + slots[i - 1].Blocks)
            {
                throw Malformed($"its packages {slots[i - 1].Number} and {slots[i].Number} lie over each other");
            }
        }

        return slots.GroupBy(slot => slot.Number).FirstOrDefault(of => of.Count() > 1) is { } twice ? throw Malformed($"it has package {twice.Key} twice") : slots;
    }

    private static byte[] HeaderIn(ReadOnlySpan<byte> blob, uint number)
    {
        if (blob.Length < BlobHead + BlobTail || Get(blob, 0) != BlobHeadMagic || Get(blob, 4) != number)
        {
            throw Malformed($"there is no package {number} where its slot says");
        }

        var (length, tail) = (Get(blob, 12), blob.Length - BlobTail);
        if (length > MostHeader || BlocksOf((int)length) * BlockSize != blob.Length || Get(blob, tail + 4) != length || Get(blob, tail + 8) != BlobTailMagic
            || Get(blob, tail) != Adler32(blob[..tail]))
        {
            throw Malformed($"its package {number} is damaged");
        }

        return blob.Slice(BlobHead, (int)length).ToArray();
    }

    private static void PutBlob(Span<byte> blob, RpmDatabaseRow row)
    {
        var tail = blob.Length - BlobTail;
        Put(blob, 0, BlobHeadMagic, (uint)row.Number, 0, (uint)row.Header.Length);
        row.Header.CopyTo(blob[BlobHead..]);
        Put(blob, tail, Adler32(blob[..tail]), (uint)row.Header.Length, BlobTailMagic);
    }

    /// <summary>rpm counts up from it; indexes of another generation are outdated.</summary>
    private static uint GenerationOf(IReadOnlyList<RpmDatabaseRow> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        foreach (var row in rows)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, row.Number);
            hash.AppendData(number);
            hash.AppendData(row.Header);
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(hash.GetHashAndReset());
    }

    private static int BlocksOf(int header) => (BlobHead + header + BlobTail + BlockSize - 1) / BlockSize;

    /// <summary>RFC 1950.</summary>
    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        // As many as two sums take before they must be cut.
        const int atOnce = 5552;
        const uint modulus = 65521;
        var (low, high) = (1u, 0u);
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(atOnce, bytes.Length)];
            foreach (var value in part)
            {
                low += value;
                high += low;
            }

            (low, high) = (low % modulus, high % modulus);
            bytes = bytes[part.Length..];
        }

        return (high << 16) | low;
    }

    private static uint Get(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static void Put(Span<byte> bytes, int at, params ReadOnlySpan<uint> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(at + (4 * i))..], numbers[i]);
        }
    }

    private static StoreException Malformed(string why) => new($"cannot read rpm's database: {why}");
}
