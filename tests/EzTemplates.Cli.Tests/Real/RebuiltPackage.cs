using System.Text.RegularExpressions;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>A real package with another version and other files, as a distribution's next build of it.</summary>
internal static partial class RebuiltPackage
{
    // Those of conffiles are in dpkg's status, not here.
    private const string Sums = """
        touch DEBIAN/conffiles
        find . -type f -not -path './DEBIAN/*' -printf '%P\n' | sort | grep -vxFf <(sed 's#^/##' DEBIAN/conffiles) | tr '\n' '\0' | xargs -0 md5sum >DEBIAN/md5sums
        [ -s DEBIAN/conffiles ] || rm DEBIAN/conffiles
        """;

    /// <param name="suffix">What follows the version, also in dependencies on packages of just this one.</param>
    /// <param name="change">A script for bash, run where the package is unpacked.</param>
    /// <returns>The package as <paramref name="repository"/> has it now; it is yet to be published.</returns>
    public static GeneratedPackage Put(GeneratedRepository repository, string archive, string suffix, string change)
    {
        using var temp = new TempFolder();
        var folder = temp.At("unpacked");
        ToolRun.Run("dpkg-deb", "-R", archive, folder).Succeed();
        var file = Path.Combine(folder, "DEBIAN", "control");
        var old = VersionLine().Match(File.ReadAllText(file)).Groups["version"].Value;
        var control = File.ReadAllText(file).Replace($"Version: {old}\n", $"Version: {old}{suffix}\n", StringComparison.Ordinal)
            .Replace($"(= {old})", $"(= {old}{suffix})", StringComparison.Ordinal);
        File.WriteAllText(file, control);
        ToolRun.Run(new ToolCommand("bash", "-ec", change + "\n" + Sums) { WorkingDirectory = folder }).Succeed();
        ToolRun.Run("dpkg-deb", "-Zgzip", "--build", folder, temp.At("built.deb")).Succeed();
        string Field(string name) => Regex.Match(control, $"^{name}: (.*)$", RegexOptions.Multiline).Groups[1].Value;
        var package = new GeneratedPackage(Field("Package"), Field("Version")) { Architecture = Field("Architecture"), ControlText = control };
        return repository.Put(package, File.ReadAllBytes(temp.At("built.deb")));
    }

    [GeneratedRegex("^Version: (?<version>.*)$", RegexOptions.Multiline)]
    private static partial Regex VersionLine();
}
