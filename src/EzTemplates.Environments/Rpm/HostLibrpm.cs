using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;

namespace EzTemplates.Environments;

/// <summary>This host's librpm with all that it is linked to, found by the host's own dynamic loader.</summary>
/// <param name="Version">Of its interface: <c>9</c> in librpm.so.9.</param>
/// <param name="Loader">The dynamic loader's file.</param>
/// <param name="Libraries">The files, by the names under which programs ask for them.</param>
/// <param name="Settings">The folder of librpm's own configuration.</param>
internal sealed record HostLibrpm(string Version, string Loader, ImmutableArray<(string Name, string Path)> Libraries, string Settings)
{
    /// <summary>Where every program of this architecture looks for its dynamic loader.</summary>
    public const string LoaderPath = "/lib64/ld-linux-x86-64.so.2";
    private const string SettingsPath = "/usr/lib/rpm";

    /// <param name="folder">Of unfinished work; a program is made there to ask the loader what it would load for it.</param>
    /// <returns>Null where there is none.</returns>
    public static HostLibrpm? Find(string folder)
    {
        if (!File.Exists(LoaderPath) || !File.Exists(Path.Combine(SettingsPath, "rpmrc")) || !File.Exists(Path.Combine(SettingsPath, "macros")))
        {
            return null;
        }

        return LibrpmSource.Versions.Select(version => TryVersion(version, Path.Combine(folder, "ask-" + version))).FirstOrDefault(found => found is not null);
    }

    public static string[] NamesOf(string version) => [$"librpm.so.{version}", $"librpmio.so.{version}"];

    private static HostLibrpm? TryVersion(string version, string program)
    {
        File.WriteAllBytes(program, RpmProgram.Executable(NamesOf(version)));
        try
        {
            var start = new ProcessStartInfo(LoaderPath, ["--list", program]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var listed = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            _ = errors.Result;
            return process.ExitCode == 0 && !listed.Contains("not found", StringComparison.Ordinal) ? new HostLibrpm(version, LoaderPath, Read(listed), SettingsPath) : null;
        }
        catch (Win32Exception)
        {
            // It is no loader that can be asked.
            return null;
        }
        finally
        {
            File.Delete(program);
        }
    }

    /// <summary>Lines such as <c>librpm.so.9 => /lib/librpm.so.9 (0x0000700000000000)</c>; the kernel's own and the loader have no arrow.</summary>
    private static ImmutableArray<(string Name, string Path)> Read(string listed) =>
    [
        .. listed.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(words => words is [_, "=>", ['/', ..], ..])
            .Select(words => (words[0], words[2])),
    ];
}
