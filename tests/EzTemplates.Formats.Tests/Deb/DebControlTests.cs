using System.Text;
using EzTemplates.Domain;
using Xunit;

namespace EzTemplates.Formats.Tests.Deb;

public sealed class DebControlTests
{
    [Fact]
    public void Reads_what_composing_and_solving_need()
    {
        var control = Parse("""
            Package: nginx-core
            Version: 1:1.22-3
            Architecture: amd64
            Multi-Arch: foreign
            Essential: yes
            Important: YES
            Installed-Size: 12
            Recommends: r
            Depends: libc6 (>= 2.34),
             a | b:any (<< 3)
            Pre-Depends: dpkg
            Provides: httpd, nginx-abi (= 1.22)
            Replaces: nginx-light (<< 1.22)
            Description: x
             y
            """);
        Assert.Equal(("nginx-core", "1:1.22-3", "amd64", 12 * 1024L), (control.Package, control.Version, control.Architecture, control.InstalledSize));
        Assert.Equal(PackageFlags.Essential | PackageFlags.Protected | PackageFlags.MultiArchForeign, control.Flags);
        Assert.Equal(
            ["Recommends r", "Depends libc6 (>= 2.34)", "Depends a | b:any (<< 3)", "PreDepends dpkg", "Replaces nginx-light (<< 1.22)"],
            control.Dependencies.Select(d => $"{d.Kind} {d.Relation}"));
        Assert.Equal([new DebProvide("httpd", ""), new DebProvide("nginx-abi", "1.22")], control.Provides);
    }

    [Theory]
    [InlineData("old (<< 2)", "1.9", true)]
    [InlineData("old (<< 2)", "2", false)]
    [InlineData("other, old", "7", true)]
    [InlineData("other", "7", false)]
    [InlineData("virtual", "7", false)]
    [InlineData("old:i386", "7", false)]
    public void Replaces_by_real_name_and_version(string replaces, string version, bool expected)
    {
        var old = Parse($"Package: old\nVersion: {version}\nArchitecture: amd64\nProvides: virtual\n");
        var replacing = Parse($"Package: new\nVersion: 1\nArchitecture: amd64\nReplaces: {replaces}\n");
        Assert.Equal(expected, replacing.ReplacesFilesOf(old));
    }

    [Theory]
    [InlineData("", "", "it is empty")]
    [InlineData("Version: 1\nArchitecture: all\n", "Package", "is missing")]
    [InlineData("Package: a\nArchitecture: all\n", "Version", "is missing")]
    [InlineData("Package: a\nVersion: 1\n", "Architecture", "is missing")]
    [InlineData("Package: a\nVersion: x:1\nArchitecture: all\n", "Version", "epoch in version is not number")]
    [InlineData("Package: ../a\nVersion: 1\nArchitecture: all\n", "Package", "not a name that dpkg allows")]
    [InlineData("Package: a\nVersion: 1\nArchitecture: a/b\n", "Architecture", "not a name that dpkg allows")]
    [InlineData("Package: a\nVersion: 1\nArchitecture: all\nDepends: b (>= \n", "Depends", "`(` is not closed")]
    [InlineData("Package: a\nVersion: 1\nArchitecture: all\n\nPackage: b\n", "", "one paragraph")]
    public void Refuses(string text, string field, string reason)
    {
        var refused = Assert.Throws<MalformedMetadataException>(() => Parse(text));
        Assert.Equal(field, refused.Field);
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_the_control_files_that_dpkg_knows()
    {
        const string Status = "/var/lib/dpkg/status";
        Assert.SkipUnless(File.Exists(Status), "needs a dpkg database");
        var count = 0;
        foreach (var stanza in File.ReadAllText(Status).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var control = Parse(stanza + "\n");
            Assert.Contains($"Package: {control.Package}\n", stanza + "\n", StringComparison.Ordinal);
            Assert.Contains($"\nVersion: {control.Version}\n", stanza + "\n", StringComparison.Ordinal);
            count++;
        }

        Assert.True(count > 10);
    }

    private static DebControl Parse(string text) => DebControl.Parse(Encoding.UTF8.GetBytes(text), "a.deb: control");
}
