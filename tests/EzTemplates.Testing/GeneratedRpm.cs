using System.Globalization;

namespace EzTemplates.Testing;

/// <summary>A small rpm package with dependencies and files of its own, put together without rpm's builder.</summary>
public sealed record GeneratedRpm(string Name, string Version, string Release = "1", string Architecture = "x86_64")
{
    private const int EqualFlag = 8;

    public int Epoch { get; init; }

    /// <summary>Each <c>name</c>, <c>name &gt;= 1-2</c> or a rich dependency in parentheses; so are the others.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    public IReadOnlyList<string> Recommends { get; init; } = [];

    public IReadOnlyList<string> Supplements { get; init; } = [];

    public IReadOnlyList<string> Conflicts { get; init; } = [];

    public IReadOnlyList<string> Obsoletes { get; init; } = [];

    /// <summary>Beside the package's own name and version.</summary>
    public IReadOnlyList<string> Provides { get; init; } = [];

    /// <summary>Path and content.</summary>
    public IReadOnlyList<(string Path, string Content)> Files { get; init; } = [];

    /// <summary>A %post in Lua, which needs no shell; empty: none.</summary>
    public string Post { get; init; } = "";

    /// <summary><c>epoch:version-release</c>, without an epoch of 0.</summary>
    public string Evr => Epoch == 0 ? $"{Version}-{Release}" : string.Create(CultureInfo.InvariantCulture, $"{Epoch}:{Version}-{Release}");

    public string FileName => $"{Name}-{Version}-{Release}.{Architecture}.rpm";

    /// <param name="key">Signs header and payload; null: nobody does.</param>
    public byte[] ToArray(SigningKey? key)
    {
        var rpm = new RawRpm
        {
            Extension = ".gz",
            Change = Describe,
            SignHeader = key is null ? null : key.DetachSignBinary,
            SignPackage = key is null ? null : key.DetachSignBinary,
        };
        foreach (var (path, content) in Files.Append(($"/usr/share/{Name}/version", Evr + "\n")))
        {
            _ = rpm.File(path, content);
        }

        return rpm.ToArray();
    }

    private void Describe(RawRpmHeader header)
    {
        _ = header.Text(1000, Name).Text(1001, Version).Text(1002, Release).Text(1004, Name).Text(1005, Name).Ints(1006, 1_700_000_000).Ints(1009, 100)
            .Text(1014, "MIT").Text(1016, "test").Text(1021, "linux").Text(1022, Architecture).Text(1044, $"{Name}-{Version}-{Release}.src.rpm");
        _ = Post == "" ? header : header.Text(1024, Post).Text(1086, "<lua>");
        _ = Epoch == 0 ? header : header.Ints(1003, Epoch);
        Write(header, [$"{Name} = {Evr}", .. Provides], 1047, 1113, 1112);
        Write(header, Requires, 1049, 1050, 1048);
        Write(header, Recommends, 5046, 5047, 5048);
        Write(header, Supplements, 5052, 5053, 5054);
        Write(header, Conflicts, 1054, 1055, 1053);
        Write(header, Obsoletes, 1090, 1115, 1114);
    }

    private static void Write(RawRpmHeader header, IReadOnlyList<string> entries, int names, int versions, int flags)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var split = entries.Select(entry => entry.StartsWith('(') ? [entry] : entry.Split(' ')).ToList();
        _ = header.Texts(names, [.. split.Select(words => words[0])])
            .Texts(versions, [.. split.Select(words => words.Length == 3 ? words[2] : "")])
            .Ints(flags, [.. split.Select(words => words.Length == 3 ? (long)FlagsOf(words[1]) : 0)]);
    }

    private static int FlagsOf(string sign) => sign switch
    {
        "<" => 2,
        "<=" => 2 | EqualFlag,
        "=" => EqualFlag,
        ">=" => 4 | EqualFlag,
        ">" => 4,
        _ => throw new ArgumentException($"`{sign}` is no relation", nameof(sign)),
    };
}
