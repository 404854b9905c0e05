using EzTemplates.Domain.Merging;
using Xunit;

namespace EzTemplates.Domain.Tests.Merging;

public sealed class AlternativeMergeTests
{
    private const string Path = "/var/lib/dpkg/alternatives/editor";
    private const string Head = "auto\n/usr/bin/editor\neditor.1.gz\n/usr/share/man/man1/editor.1.gz\n\n";
    private const string Ed = "/bin/ed\n-100\n/usr/share/man/man1/ed.1.gz\n";
    private const string Nano = "/bin/nano\n40\n/usr/share/man/man1/nano.1.gz\n";
    private const string Vim = "/usr/bin/vim.basic\n30\n\n";

    [Fact]
    public void Choices_of_both_sides_are_there_sorted()
    {
        Merging.Gives(Path, Head + Ed + "\n", Head + Ed + Vim + "\n", Head + Ed + Nano + "\n", Head + Ed + Nano + Vim + "\n");
        Merging.Gives(Path, Head + Ed + "\n", Head + Ed + Vim + "\n", Head + Nano + "\n", Head + Nano + Vim + "\n");
        Merging.Gives(Path, "", Head + Vim + "\n", Head + Nano + "\n", Head + Nano + Vim + "\n");
        Merging.Gives(Path, Head + Ed + "\n", "", Head + Ed + Nano + "\n", Head + Nano + "\n");
    }

    [Fact]
    public void A_mode_a_slave_and_a_priority_are_each_taken_from_the_side_that_changed_them() => Merging.Gives(
        Path,
        Head + Ed + "\n",
        Head.Replace("auto", "manual", StringComparison.Ordinal) + Ed.Replace("-100", "5", StringComparison.Ordinal) + "\n",
        "auto\n/usr/bin/editor\neditor.1.gz\n/usr/share/man/man1/editor.1.gz\neditor.da.1.gz\n/usr/share/man/da/man1/editor.1.gz\n\n" + Ed + "/da\n\n",
        "manual\n/usr/bin/editor\neditor.1.gz\n/usr/share/man/man1/editor.1.gz\neditor.da.1.gz\n/usr/share/man/da/man1/editor.1.gz\n\n" + Ed.Replace("-100", "5", StringComparison.Ordinal) + "/da\n\n");

    [Fact]
    public void What_both_sides_changed_otherwise_is_a_conflict() => Assert.Equal(
        "its priority of `/bin/ed` is `5` in the environment, and `6` in the new version",
        Merging.Refuses(Path, Head + Ed + "\n", Head + Ed.Replace("-100", "5", StringComparison.Ordinal) + "\n", Head + Ed.Replace("-100", "6", StringComparison.Ordinal) + "\n").Problem);

    [Theory]
    [InlineData("odd\n/usr/bin/editor\n\n\n")]
    [InlineData("auto\nusr/bin/editor\n\n\n")]
    [InlineData("auto\n/usr/bin/editor\n\n/bin/ed\nhigh\n\n")]
    [InlineData("auto\n/usr/bin/editor\na\n/a\n\n/bin/ed\n1")]
    [InlineData("auto")]
    public void A_malformed_file_is_a_conflict(string bad) =>
        Assert.Equal("the environment's is malformed: it is not what update-alternatives writes", Merging.Refuses(Path, Head + Ed + "\n", bad, Head + Ed + Nano + "\n").Problem);

    [Fact]
    public void The_best_choice_has_the_highest_priority_and_of_several_is_the_first()
    {
        Assert.Equal("/bin/nano", Alternative.TryParse(Head + Ed + Nano + Vim + "\n")!.Best!.Path);
        Assert.Equal("/bin/ed", Alternative.TryParse("auto\n/usr/bin/editor\n\n/bin/ed\n1\n/bin/nano\n1\n\n")!.Best!.Path);
    }

    [Fact]
    public void What_this_machine_s_update_alternatives_wrote_is_written_the_same()
    {
        const string folder = "/var/lib/dpkg/alternatives";
        Assert.SkipUnless(Directory.Exists(folder), $"no {folder} on this machine");
        Assert.All(Directory.EnumerateFiles(folder), file =>
        {
            var text = File.ReadAllText(file, System.Text.Encoding.Latin1);
            Assert.Equal(text, Alternative.TryParse(text)!.ToString());
        });
    }
}
