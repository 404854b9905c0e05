using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

public sealed class UserNamespacesTests
{
    [Theory]
    [InlineData("sys/user/max_user_namespaces", "0", "user.max_user_namespaces is 0")]
    [InlineData("sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0")]
    [InlineData("sys/kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor restricts user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1)")]
    [InlineData("sys/user/max_user_namespaces", "96365", null)]
    [InlineData("sys/kernel/apparmor_restrict_unprivileged_userns", "0", null)]
    public void The_setting_that_forbids_them_is_named(string setting, string value, string? why)
    {
        using var temp = new TempFolder();
        temp.WriteFile("proc/self/ns/user", "");
        temp.WriteFile("proc/" + setting, value + "\n");
        Assert.Equal(why, UserNamespaces.Forbidden(temp.Root)?.Why);
    }

    [Fact]
    public void A_kernel_without_them_says_so()
    {
        using var temp = new TempFolder();
        Assert.Equal("this kernel has no user namespaces", UserNamespaces.Forbidden(temp.Root)?.Why);
    }

    [Theory]
    [InlineData("12\n13\n14\n15\nann\n/home/ann/ez\n/home/ann/a\nb", true)]
    [InlineData("12\n13\n14\n15\nann\n/home/ann/ez", false)]
    [InlineData("x\n13\nann\n/home/ann/ez\n/", false)]
    public void A_mark_is_read_as_it_was_written(string text, bool isMark) => Assert.Equal(isMark ? text : null, NamespaceMark.TryParse(text)?.ToString());
}
