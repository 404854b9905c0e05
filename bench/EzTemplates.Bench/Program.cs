using System.Globalization;
using BenchmarkDotNet.Running;
using EzTemplates.Bench;

// read POOL             decompress, parse and hash every .deb of a folder, store nothing: what the ingest of row 3 cannot go below
// ingest POOL STORE     row 3: the same, into a store
// layers MANIFEST FOLDER the manifest as image and as tree, and mkfs.erofs over that tree: bytes and milliseconds (root)
// mounts FOLDER         images of 100, 10,000 and 100,000 paths: microseconds of a mount, and of the first look at a path (root)
// store STORE N M       makes a synthetic store of N objects and M manifests, for gc
// gc STORE              marks and sweeps it; bench/gc runs both for three sizes
// universe PACKAGES FILE  writes the parsed form of a Packages file
// solve FILE NAME...    solves each name on an empty system, 11 times, from the mapped file: milliseconds, packages, RssAnon
// rpm-parse FILE PATH FOLDER...  primary and filelists of rpm-md folders, for PATH too, to a parsed form that is written and mapped: milliseconds
// rpm-again FILE        maps that form: milliseconds
// hard                  solves universes made to be hard, as both families: pigeons in holes, long chains, many alternatives, circles
// micro [ARGUMENTS]     the BenchmarkDotNet classes of Micro/; the arguments are BenchmarkDotNet's, such as --filter '*Version*'
switch (args)
{
    case ["read", var pool]:
        Console.WriteLine(PoolReading.Run(pool));
        return 0;
    case ["ingest", var pool, var store]:
        Console.WriteLine(PoolIngest.Run(pool, store));
        return 0;
    case ["layers", var manifest, var folder]:
        Console.WriteLine(LayerMaking.Run(manifest, folder));
        return 0;
    case ["mounts", var folder]:
        Console.WriteLine(ImageMounting.Run(folder));
        return 0;
    case ["store", var folder, var objects, var manifests]:
        Console.WriteLine(GarbageBench.Make(folder, int.Parse(objects, CultureInfo.InvariantCulture), int.Parse(manifests, CultureInfo.InvariantCulture)));
        return 0;
    case ["gc", var folder]:
        Console.WriteLine(GarbageBench.Run(folder));
        return 0;
    case ["universe", var packages, var target]:
        Solving.Encode(packages, target);
        return 0;
    case ["solve", var mapped, .. var names]:
        Console.WriteLine(Solving.Run(mapped, names));
        return 0;
    case ["rpm-parse", var form, var asked, .. var folders]:
        Console.WriteLine(RpmMetadataReading.Parse(form, asked, folders));
        return 0;
    case ["rpm-again", var form]:
        Console.WriteLine(RpmMetadataReading.Map(form));
        return 0;
    case ["hard"]:
        HardSolving.Run(Console.Out);
        return 0;
    case ["micro", .. var rest]:
        BenchmarkSwitcher.FromAssembly(typeof(PoolReading).Assembly).Run(rest);
        return 0;
    default:
        Console.Error.WriteLine("usage: EzTemplates.Bench read POOL | ingest POOL STORE | layers MANIFEST FOLDER | mounts FOLDER | store STORE N M | gc STORE | universe PACKAGES FILE | solve FILE NAME... | rpm-parse FILE PATH FOLDER... | rpm-again FILE | hard | micro [ARGUMENTS]");
        return 2;
}
