package dev.millrace.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

/// Whether the beans of a service stop in the order of their phases. What depends on a bean is stopped before it, so
/// that a bean which stops early takes along what was to stop later.
public final class StopOrder {

    private StopOrder() {}

    /// Each bean that is stopped before its phase, and with whom.
    public static List<String> misfits(ApplicationContext service) {
        var beans = (ConfigurableListableBeanFactory) service.getAutowireCapableBeanFactory();
        var misfits = new ArrayList<String>();
        for (var name : beans.getBeanNamesForType(SmartLifecycle.class)) {
            int phase = phase(beans, name);
            Arrays.stream(beans.getDependentBeans(name))
                    .filter(asking -> beans.containsBean(asking) && beans.isTypeMatch(asking, SmartLifecycle.class))
                    .filter(asking -> phase(beans, asking) < phase)
                    .forEach(asking -> misfits.add(asking + " with " + name));
        }
        return misfits;
    }

    private static int phase(ConfigurableListableBeanFactory beans, String name) {
        return beans.getBean(name, SmartLifecycle.class).getPhase();
    }
}
