using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace EzTemplates.Testing;

/// <param name="Mode">With the type's bits.</param>
/// <param name="Inode">Files with the same number are names of one file; 0 gives each its own.</param>
public sealed record RawRpmFile(string Path, int Mode, string Content = "")
{
    public string Link { get; init; } = "";

    public int Inode { get; init; }

    public uint Flags { get; init; }

    public uint Color { get; init; }

    public string User { get; init; } = "root";

    public string Group { get; init; } = "root";

    public string Languages { get; init; } = "";

    public string Capabilities { get; init; } = "";

    public int Device { get; init; }
}

/// <summary>An rpm package put together in memory, whose digests are right unless they are changed.</summary>
[SuppressMessage("Security", "CA5350", Justification = "The format has these digests.")]
[SuppressMessage("Security", "CA5351", Justification = "The format has these digests.")]
public sealed class RawRpm
{
    private readonly List<RawRpmFile> _files = [];

    /// <summary>How the payload is compressed, as an extension: <c>.zst</c>.</summary>
    public string Extension { get; init; } = "";

    /// <summary>The region of both headers; without it they are rpm 3's.</summary>
    public bool HasRegions { get; init; } = true;

    /// <summary>The archive; otherwise one that fits the files.</summary>
    public RawCpio? Archive { get; init; }

    /// <summary>Changes the main header before digests are taken of it.</summary>
    public Action<RawRpmHeader>? Change { get; init; }

    public Action<RawRpmHeader>? ChangeSignature { get; init; }

    /// <summary>Signs the header's bytes, as RSAHEADER.</summary>
    public Func<byte[], byte[]>? SignHeader { get; init; }

    /// <summary>Signs the bytes of header and payload, as SIGPGP.</summary>
    public Func<byte[], byte[]>? SignPackage { get; init; }

    public static RawRpm WithFolders() => new RawRpm().Folder("/usr/odd");

    public RawRpm Folder(string path) => Add(new RawRpmFile(path, 0x41ed));

    public RawRpm File(string path, string content = "hello\n") => Add(new RawRpmFile(path, 0x81a4, content));

    public RawRpm Link(string path, string target) => Add(new RawRpmFile(path, 0xa1ff) { Link = target });

    public RawRpm Add(RawRpmFile file)
    {
        _files.Add(file);
        return this;
    }

    public byte[] ToArray()
    {
        var archive = (Archive ?? ArchiveOf(_files)).ToArray();
        var payload = RawDeb.Compress(archive, Extension);
        var header = HeaderOf(_files).Texts(5092, Hex(SHA256.HashData(payload))).Ints(5093, 8).Texts(5097, Hex(SHA256.HashData(archive)));
        var compressor = Extension switch { ".gz" => "gzip", ".xz" => "xz", ".lzma" => "lzma", ".zst" => "zstd", ".bz2" => "bzip2", _ => "" };
        _ = compressor == "" ? header : header.Text(1125, compressor);
        Change?.Invoke(header);
        var main = header.ToArray(HasRegions ? 63 : 0);
        byte[] all = [.. main, .. payload];
        var signature = new RawRpmHeader().Text(269, Hex(SHA1.HashData(main))).Text(273, Hex(SHA256.HashData(main))).Ints(1000, all.Length).Bytes(1004, MD5.HashData(all));
        _ = signature.Bytes(268, SignHeader?.Invoke(main) ?? []).Bytes(1002, SignPackage?.Invoke(all) ?? []);
        ChangeSignature?.Invoke(signature);
        var signed = signature.ToArray(HasRegions ? 62 : 0);
        return [.. Lead(), .. signed, .. new byte[(8 - (signed.Length % 8)) % 8], .. all];
    }

    public static byte[] Lead()
    {
        var lead = new byte[96];
        ((byte[])[0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1]).CopyTo(lead, 0);
        "odd-1.0-1"u8.CopyTo(lead.AsSpan(10));
        (lead[77], lead[79]) = (1, 5);
        return lead;
    }

    private static RawCpio ArchiveOf(List<RawRpmFile> files)
    {
        var cpio = new RawCpio();
        foreach (var file in files.Where(file => (file.Flags & 64) == 0))
        {
            var isLast = file.Inode == 0 || files.FindLast(other => other.Inode == file.Inode) == file;
            cpio.Add("." + file.Path, file.Link != "" ? file.Link : isLast ? file.Content : "");
        }

        return cpio;
    }

    private static RawRpmHeader HeaderOf(List<RawRpmFile> files)
    {
        var folders = files.Select(file => FolderOf(file.Path)).Distinct().ToList();
        string[] Each(Func<RawRpmFile, string> part) => [.. files.Select(part)];
        long[] Numbers(Func<RawRpmFile, long> part) => [.. files.Select(part)];
        return new RawRpmHeader().Text(1000, "odd").Text(1001, "1.0").Text(1002, "1").Text(1022, "noarch").Text(1044, "odd-1.0-1.src.rpm").Text(1124, "cpio")
            .Texts(1117, Each(file => file.Path[FolderOf(file.Path).Length..])).Texts(1118, [.. folders])
            .Ints(1116, Numbers(file => folders.IndexOf(FolderOf(file.Path))))
            .Ints(1028, Numbers(file => file.Link.Length + file.Content.Length))
            .Shorts(1030, [.. files.Select(file => file.Mode)]).Shorts(1033, [.. files.Select(file => file.Device)])
            .Ints(1034, Numbers(_ => 1_700_000_000)).Ints(1037, Numbers(file => file.Flags)).Ints(1140, Numbers(file => file.Color))
            .Texts(1035, Each(file => (file.Mode & 0xf000) == 0x8000 && (file.Flags & 64) == 0 ? Hex(SHA256.HashData(Encoding.Latin1.GetBytes(file.Content))) : ""))
            .Texts(1036, Each(file => file.Link)).Texts(1039, Each(file => file.User)).Texts(1040, Each(file => file.Group))
            .Texts(1097, Each(file => file.Languages)).Texts(5010, Each(file => file.Capabilities)).Ints(5011, 8)
            .Ints(1095, Numbers(_ => 1)).Ints(1096, Numbers(file => file.Inode != 0 ? file.Inode : 1000 + files.IndexOf(file)));
    }

    private static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
