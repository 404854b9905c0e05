using System.Collections.Immutable;
using EzTemplates.Domain.Composition;
using Xunit;

namespace EzTemplates.Domain.Tests.Composition;

/// <summary>rpm's own rules of who gets a path; what they come to for packages that rpm builds is tested beside rpm itself.</summary>
public sealed class RpmComposerTests
{
    private const uint Bits32 = 1;
    private const uint Bits64 = 2;

    [Fact]
    public void Of_two_programs_for_two_architectures_the_64_bit_one_stays_whichever_comes_first()
    {
        var (old, wide) = (Colored("lib32", Bits32), Colored("lib64", Bits64));
        Assert.Equal(["d / -1", "f /prog lib64"], ManifestComposerTests.Shown(Compose(old, wide)));
        Assert.Equal(["d / -1", "f /prog lib64"], ManifestComposerTests.Shown(Compose(wide, old)));
    }

    [Fact]
    public void Without_colors_or_with_one_color_they_are_at_odds()
    {
        Refused(Colored("a", 0), Colored("b", 0));
        Refused(Colored("a", Bits64), Colored("b", Bits64));
        Refused(Colored("a", 0), Colored("b", Bits64));
    }

    [Fact]
    public void The_last_of_those_that_agree_decides_and_owners_come_along_by_name()
    {
        var first = ManifestComposerTests.Package("a", "f /same =x");
        var last = ManifestComposerTests.Package("b", "f /same =x");
        Assert.Equal(["d / -1", "f /same b"], ManifestComposerTests.Shown(Compose(first, last)));

        var (mine, yours) = (Owned(first, "mail"), Owned(last, "mail"));
        Assert.Equal(new NamedOwner("mail", "root"), Compose(mine, yours).Owners[TreePath.Parse("/same")]);
        Refused(mine, last);
    }

    [Fact]
    public void A_link_does_not_stand_for_a_directory() =>
        Refused(ManifestComposerTests.Package("a", "d /real", "l /there real"), ManifestComposerTests.Package("b", "d /there"));

    private static void Refused(params ComposedPackage[] packages)
    {
        var failure = Assert.Throws<EzException>(() => Compose(packages));
        Assert.Equal(FailureKind.Unsolvable, failure.Kind);
        Assert.EndsWith("and they differ", failure.Message, StringComparison.Ordinal);
    }

    private static ComposedManifest Compose(params ComposedPackage[] packages) =>
        ManifestComposer.Compose(packages, new ComposeOptions(new FileTime(99), UsrMerge: false, RpmVersionOrder.Compare) { Family = PackageFamily.Rpm });

    private static ComposedPackage Colored(string name, uint color) => ManifestComposerTests.Package(name, "f /prog") with
    {
        Colors = color == 0 ? ImmutableDictionary<TreePath, uint>.Empty : ImmutableDictionary<TreePath, uint>.Empty.Add(TreePath.Parse("/prog"), color),
    };

    private static ComposedPackage Owned(ComposedPackage package, string user) => package with
    {
        Contents = package.Contents with { Entries = [.. package.Contents.Entries.Select(entry => entry with { UserName = user })] },
    };
}
