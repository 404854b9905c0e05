using System.Buffers.Binary;
using System.Text;

namespace EzTemplates.Environments;

/// <summary>
/// A whole executable of a few instructions that calls functions of shared libraries: an ELF file with one segment of code, one of data, and
/// what the dynamic loader needs to fill a table of addresses at the data's begin. The loader is to be named when it is run.
/// </summary>
internal static class LinkedProgram
{
    public const int CodeAt = HeaderSize + (4 * SegmentSize);
    public const int TableAt = 0x1000;

    private const int HeaderSize = 64;
    private const int SegmentSize = 56;
    private const int SymbolSize = 24;
    private const int RelocationSize = 24;

    // elf(5)
    private const int Load = 1;
    private const int Dynamic = 2;
    private const int Stack = 0x6474e551;
    private const int Readable = 4;
    private const int Writable = 2;
    private const int Runnable = 1;
    private const ulong GlobalData = 6;

    /// <param name="imports">Functions and variables, in the order of the table.</param>
    public static byte[] Of(ReadOnlySpan<byte> code, IReadOnlyList<string> imports, IReadOnlyList<string> libraries)
    {
        var names = new Names();
        var needed = libraries.Select(names.Add).ToList();
        var symbols = imports.Select(names.Add).ToList();

        // One more place after the table is the program's own.
        var symbolsAt = TableAt + (8 * (imports.Count + 1));
        var relocationsAt = symbolsAt + (SymbolSize * (imports.Count + 1));
        var dynamicAt = relocationsAt + (RelocationSize * imports.Count);
        (ulong Tag, ulong Value)[] dynamic =
        [
            .. needed.Select(name => (1ul, (ulong)name)),
            (5, (ulong)(dynamicAt + (16 * (needed.Count + 8)))), (10, (ulong)names.Bytes.Length),   // DT_STRTAB, DT_STRSZ
            (6, (ulong)symbolsAt), (11, SymbolSize),                                                // DT_SYMTAB, DT_SYMENT
            (7, (ulong)relocationsAt), (8, (ulong)(RelocationSize * imports.Count)), (9, RelocationSize), // DT_RELA, DT_RELASZ, DT_RELAENT
            (0, 0),
        ];
        var file = new byte[dynamicAt + (16 * dynamic.Length) + names.Bytes.Length];
        PutHeaders(file, code.Length, dynamicAt, dynamic.Length);
        code.CopyTo(file.AsSpan(CodeAt));
        for (var i = 0; i < imports.Count; i++)
        {
            Put32(file, symbolsAt + (SymbolSize * (i + 1)), (uint)symbols[i]);
            file[symbolsAt + (SymbolSize * (i + 1)) + 4] = 0x10;                                    // STB_GLOBAL, defined elsewhere
            Put64(file, relocationsAt + (RelocationSize * i), (ulong)(TableAt + (8 * i)));
            Put64(file, relocationsAt + (RelocationSize * i) + 8, ((ulong)(i + 1) << 32) | GlobalData);
        }

        for (var i = 0; i < dynamic.Length; i++)
        {
            Put64(file, dynamicAt + (16 * i), dynamic[i].Tag);
            Put64(file, dynamicAt + (16 * i) + 8, dynamic[i].Value);
        }

        names.Bytes.CopyTo(file.AsSpan(dynamicAt + (16 * dynamic.Length)));
        return file;
    }

    private static void PutHeaders(byte[] file, int codeSize, int dynamicAt, int dynamicCount)
    {
        if (CodeAt + codeSize > TableAt)
        {
            throw new InvalidOperationException("the code reaches into its table");
        }

        ReadOnlySpan<byte> identity = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identity.CopyTo(file);
        Put16(file, 16, 3);                             // ET_DYN
        Put16(file, 18, 62);                            // EM_X86_64
        Put32(file, 20, 1);                             // version
        Put64(file, 24, CodeAt);                        // entry
        Put64(file, 32, HeaderSize);                    // segments start
        Put16(file, 52, HeaderSize);
        Put16(file, 54, SegmentSize);
        Put16(file, 56, 4);
        PutSegment(file, 0, (Load, Readable | Runnable), (0, CodeAt + codeSize));
        PutSegment(file, 1, (Load, Readable | Writable), (TableAt, file.Length - TableAt));
        PutSegment(file, 2, (Dynamic, Readable | Writable), (dynamicAt, 16 * dynamicCount));
        PutSegment(file, 3, (Stack, Readable | Writable), (0, 0));
    }

    private static void PutSegment(byte[] file, int number, (int Type, int Flags) kind, (int Start, int Size) range)
    {
        var at = HeaderSize + (SegmentSize * number);
        Put32(file, at, (uint)kind.Type);
        Put32(file, at + 4, (uint)kind.Flags);
        foreach (var field in (ReadOnlySpan<int>)[8, 16, 24])
        {
            Put64(file, at + field, (ulong)range.Start);
        }

        Put64(file, at + 32, (ulong)range.Size);
        Put64(file, at + 40, (ulong)range.Size);
        Put64(file, at + 48, 0x1000);
    }

    private static void Put16(byte[] file, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);

    private static void Put32(byte[] file, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);

    private static void Put64(byte[] file, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);

    /// <summary>A table of strings; its first is empty.</summary>
    private sealed class Names
    {
        public byte[] Bytes { get; private set; } = [0];

        public int Add(string name)
        {
            var at = Bytes.Length;
            Bytes = [.. Bytes, .. Encoding.ASCII.GetBytes(name), 0];
            return at;
        }
    }
}
