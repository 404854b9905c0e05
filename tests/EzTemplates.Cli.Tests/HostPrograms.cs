using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Some of this machine's programs with their libraries as one package, so that commands can run in generated environments.</summary>
internal static class HostPrograms
{
    private static readonly string[] Names = ["sh", "cat", "env", "id", "readlink", "ls", "rm"];

    public static GeneratedPackage Package()
    {
        var package = new GeneratedPackage("programs", "1") { Compressor = "none" }
            .File("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nbo:x:1234:1300:Bo:/home/bo:/bin/sh\n")
            .File("/etc/group", "root:x:0:\nbo:x:1300:\n")
            .File("/etc/notes", "not a program\n")
            .Folder("/tmp", 0b1_111_111_111)
            .Folder("/proc").Folder("/sys").Folder("/dev");
        var libraries = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in Names)
        {
            var file = ToolRun.Locate(name)!;
            package = package.File("/usr/bin/" + name, File.ReadAllBytes(file), 0b111_101_101);
            libraries.UnionWith(ToolRun.Run("ldd", file).Succeed().Output.Split([' ', '\t', '\n']).Where(word => word.StartsWith('/')));
        }

        foreach (var library in libraries)
        {
            var place = library.StartsWith("/usr/", StringComparison.Ordinal) ? library : "/usr" + library;
            package = package.File(place, File.ReadAllBytes(library), 0b111_101_101);
        }

        return package.Link("/bin", "usr/bin").Link("/lib", "usr/lib").Link("/lib64", "usr/lib64");
    }
}
