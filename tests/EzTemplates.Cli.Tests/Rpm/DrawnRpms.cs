using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>A small system of packages drawn at random: what they bring, say of it, need, and do when they are installed.</summary>
internal sealed class DrawnRpms
{
    public const string Log = "/var/lib/drawn";

    private static readonly string[] Payloads =
    [
        "w1.gzdio", "w9.gzdio", "w1.xzdio", "w6T2.xzdio", "w3.zstdio", "w19.zstdio", "w1.bzdio", "w9.bzdio", "w1.lzdio", "w6.lzdio", "w.ufdio",
    ];

    // PGPHASHALGO of rpm's rpmpgp.h: SHA-256 is the usual one. Files that packages share have one algorithm: for rpm they differ otherwise.
    private static readonly int[] FileDigests = [8, 8, 8, 1, 2, 9, 10];

    private static readonly RpmSpec Base = new(
        $"{RpmSpec.Base}\n%dir {Log}\n",
        $"mkdir -p .{Log}; echo 'known:x:7:7::/:/bin/false' >>etc/passwd; echo 'known:x:7:' >>etc/group; for t in basename head; do ln -s busybox usr/bin/$t; done");

    private readonly Random _random;
    private readonly List<string> _names;
    private readonly int _digests;

    /// <param name="count">Of packages, beside the system that runs their scripts.</param>
    public DrawnRpms(Random random, int count)
    {
        (_random, _digests) = (random, Draw.From(random, FileDigests));
        _names = [.. Enumerable.Range(0, count).Select(number => $"{Draw.From(random, "drawn-", "drawn+", "Drawn_", "lib.drawn")}{number:00}")];
        Places = new DrawnPlaces(random);
        Os = [.. _names.Where(_ => random.Next(2) == 0).Prepend("base")];
        App = [.. _names.Where(_ => random.Next(3) == 0).Except(Os).DefaultIfEmpty(_names[^1])];
    }

    public DrawnPlaces Places { get; }

    /// <summary>What the recipe of the system asks for; dependencies come to it.</summary>
    public IReadOnlyList<string> Os { get; }

    public IReadOnlyList<string> App { get; }

    /// <summary>Builds them all, some with each compressor.</summary>
    public Dictionary<string, byte[]> Build()
    {
        var specs = _names.Select((name, number) => (Package: new DrawnPackage(_random, Places, _names, number), Spec: number % 5)).GroupBy(drawn => drawn.Spec, drawn => drawn.Package)
            .Select(packages => SpecOf([.. packages])).Append(Base).ToList();
        return specs.AsParallel().WithDegreeOfParallelism(2).Select(spec => spec.Build()).ToList().SelectMany(built => built).ToDictionary();
    }

    private RpmSpec SpecOf(List<DrawnPackage> packages) => new(
        string.Join('\n', packages.Select(package => package.Text)),
        Places.Install + "\n" + string.Join('\n', packages.Select(package => package.Install)))
    {
        Payload = Draw.From(_random, Payloads),
        Times = Places.Times(_random) + "\n" + string.Join('\n', packages.Select(package => package.Times)),
        Options = ["--define", $"_binary_filedigest_algorithm {_digests}", "--define", "_docdir_fmt %%{NAME}", "--define", "_binaries_in_noarch_packages_terminate_build 0"],
    };
}

/// <summary>Random choices.</summary>
internal static class Draw
{
    public static T From<T>(Random random, params T[] all) => all[random.Next(all.Length)];

    /// <summary>True once in so many times.</summary>
    public static bool Once(Random random, int times) => random.Next(times) == 0;
}
