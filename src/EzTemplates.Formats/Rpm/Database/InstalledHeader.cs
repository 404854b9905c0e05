using System.Buffers.Binary;

namespace EzTemplates.Formats;

/// <summary>What rpm notes of a package when it installs it (rpm's lib/psm.c, markInstalled and rpmpsmNew).</summary>
/// <param name="Time">Seconds since 1970.</param>
/// <param name="Transaction">The number of the transaction: when that began.</param>
/// <param name="Color">What the transaction preferred (<c>%_transaction_color</c>).</param>
/// <param name="States">One a file, in the header's order; see <see cref="RpmFileState"/>.</param>
public sealed record RpmInstallation(uint Time, uint Transaction, uint Color, ReadOnlyMemory<byte> States);

/// <summary>What became of a package's file (rpm's include/rpm/rpmfiles.h).</summary>
public static class RpmFileState
{
    public const byte Normal = 0;
    public const byte Replaced = 1;
    public const byte NotInstalled = 2;
    public const byte NetShared = 3;
    public const byte WrongColor = 4;
}

/// <summary>
/// A package's header as rpm's database has it: what was signed stays byte for byte; after it stand, by tag, the signature header's fields
/// under their numbers there (rpm's lib/package.c, headerMergeLegacySigs) and what was noted at its installation.
/// </summary>
public static class InstalledHeader
{
    private const int EntrySize = RpmHeaderIndex.EntrySize;
    private const int IntroSize = 16;
    private const int MagicSize = 8;
    // xlateTags there. Whatever else a signature header has (room for more, newer digests) means something in a file only.
    private static readonly Dictionary<int, int> Kept = new()
    {
        [267] = 267,
        [268] = 268,
        [269] = 269,
        [270] = 270,
        [271] = 271,
        [273] = 273,
        [274] = 5090,
        [275] = 5091,
        [1000] = 257,
        [1002] = 259,
        [1004] = 261,
        [1005] = 262,
        [1007] = 1046,
    };

    // Fields that have a value for each value of another; rpm believes this of its own database, which here anybody may have written, and of packages.
    private static readonly (RpmField Values, RpmField[] Of)[] Parallel =
    [
        (RpmField.RequireFlags, [RpmField.RequireNames]),
        (RpmField.FileTriggerIndexes, [RpmField.FileTriggerNames]),
        (RpmField.TransactionFileTriggerIndexes, [RpmField.TransactionFileTriggerNames]),
        (RpmField.FileStates, [RpmField.BaseNames, RpmField.OldFileNames]),
    ];

    /// <summary>A row of the table of packages: without the magic number that a header has in a package.</summary>
    public static byte[] Of(RpmHeader signature, RpmHeader main, RpmInstallation installation)
    {
        ArgumentNullException.ThrowIfNull(signature);
        ArgumentNullException.ThrowIfNull(main);
        ArgumentNullException.ThrowIfNull(installation);
        var own = main.Bytes.Span;
        var fields = BinaryPrimitives.ReadInt32BigEndian(own[MagicSize..]);
        var dataSize = BinaryPrimitives.ReadInt32BigEndian(own[(MagicSize + 4)..]);
        var added = Added(signature, main, installation).OrderBy(field => field.Tag).ToList();

        using var data = new MemoryStream();
        var index = new byte[added.Count * EntrySize];
        for (var i = 0; i < added.Count; i++)
        {
            var (tag, type, count, bytes) = added[i];
            var width = Width(type);
            while ((dataSize + data.Length) % width != 0)
            {
                data.WriteByte(0);
            }

            var entry = index.AsSpan(i * EntrySize);
            BinaryPrimitives.WriteInt32BigEndian(entry, tag);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], type);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], dataSize + (int)data.Length);
            BinaryPrimitives.WriteInt32BigEndian(entry[12..], count);
            data.Write(bytes.Span);
        }

        return Join(own, fields, index, data.ToArray());
    }

    /// <summary>Reads such a row.</summary>
    /// <exception cref="MalformedArchiveException">It is no header, or not one of a package that is installed.</exception>
    public static RpmHeader Read(byte[] row)
    {
        ArgumentNullException.ThrowIfNull(row);
        using var whole = new MemoryStream([.. RpmHeader.Magic, .. row], writable: false);
        var header = RpmHeader.Read(whole, RpmHeaderKind.Main);
        Check(header);
        return header;
    }

    /// <summary>Such a row with other states of as many files.</summary>
    /// <exception cref="MalformedArchiveException">As for <see cref="Read"/>, or it has states of another number of files.</exception>
    public static byte[] WithStates(byte[] row, ReadOnlySpan<byte> states)
    {
        var header = Read(row);
        if (header.Entries.FirstOrDefault(entry => entry.Tag == RpmField.FileStates.Tag) is not { } entry || entry.Length != states.Length)
        {
            throw new MalformedArchiveException($"its field {RpmField.FileStates.Name} is not of {states.Length} files");
        }

        var before = header.Data(entry);
        var changed = header.Bytes.ToArray();
        _ = header.Bytes.Span.Overlaps(before.Span, out var at);
        states.CopyTo(changed.AsSpan(at));
        return changed[RpmHeader.Magic.Length..];
    }

    private static void Check(RpmHeader header)
    {
        foreach (var field in (ReadOnlySpan<RpmField>)[RpmField.PackageName, RpmField.Version, RpmField.Release])
        {
            if (string.IsNullOrEmpty(header.Text(field)))
            {
                throw new MalformedArchiveException($"it has no {field.Name}");
            }
        }

        CheckParallel(header);
    }

    /// <exception cref="MalformedArchiveException">A field has not as many values as the one that it belongs to.</exception>
    internal static void CheckParallel(RpmHeader header)
    {
        foreach (var (values, of) in Parallel)
        {
            if (header.Has(values) && !of.Any(field => header.Count(field) == header.Count(values)))
            {
                throw new MalformedArchiveException($"its field {values.Name} has {header.Count(values)} values, and {of[0].Name} {header.Count(of[0])}");
            }
        }
    }

    private static byte[] Join(ReadOnlySpan<byte> own, int fields, byte[] index, byte[] data)
    {
        var ownIndex = own.Slice(IntroSize, fields * EntrySize);
        var ownData = own[(IntroSize + ownIndex.Length)..];
        var intro = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(intro, fields + (index.Length / EntrySize));
        BinaryPrimitives.WriteInt32BigEndian(intro.AsSpan(4), ownData.Length + data.Length);
        return [.. intro, .. ownIndex, .. index, .. ownData, .. data];
    }

    private static IEnumerable<(int Tag, int Type, int Count, ReadOnlyMemory<byte> Data)> Added(RpmHeader signature, RpmHeader main, RpmInstallation installation)
    {
        foreach (var entry in signature.Entries)
        {
            if (Kept.TryGetValue(entry.Tag, out var tag) && !main.Has(new RpmField(tag, "")))
            {
                yield return (tag, entry.Type, entry.Count, signature.Data(entry));
            }
        }

        // Nothing is relocated, and rpm notes that it is not, where there are files.
        if (installation.States.Length > 0 && main.Entries.FirstOrDefault(entry => entry.Tag == RpmField.Prefixes.Tag) is { } prefixes)
        {
            yield return (RpmField.InstallPrefixes.Tag, prefixes.Type, prefixes.Count, main.Data(prefixes));
        }

        yield return (RpmField.InstallTime.Tag, RpmHeaderIndex.Int32, 1, Number(installation.Time));
        if (installation.States.Length > 0)
        {
            yield return (RpmField.FileStates.Tag, RpmHeaderIndex.Char, installation.States.Length, installation.States);
        }

        yield return (RpmField.InstallColor.Tag, RpmHeaderIndex.Int32, 1, Number(installation.Color));
        yield return (RpmField.InstallTransaction.Tag, RpmHeaderIndex.Int32, 1, Number(installation.Transaction));
    }

    private static int Width(int type) => type switch
    {
        RpmHeaderIndex.Int16 => 2,
        RpmHeaderIndex.Int32 => 4,
        RpmHeaderIndex.Int64 => 8,
        _ => 1,
    };

    private static byte[] Number(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
